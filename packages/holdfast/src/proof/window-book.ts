import type { Day } from '../model/day.ts';
import { isLinkStream } from '../model/window.ts';
import type { Tally } from './tally.ts';
import { TallyCount } from './tally.ts';

/** A window of which a proof speaks. */
export interface ProvenRange {
  readonly stream: string;
  readonly from: Day;
  readonly to: Day;
}

/** What was counted in it. */
export interface WindowTally extends Tally {
  /** Records whose present datestamp lies outside: the upstream has stamped them anew since. */
  readonly moved: number;
}

interface Page {
  readonly range: ProvenRange;
  readonly count: TallyCount;
  moved: number;
}

/** Counts records by the window that their datestamp lies in. */
export class WindowBook {
  readonly #pages: readonly Page[];
  /** Those that can hold records, by their first day. */
  readonly #holding: readonly Page[];

  constructor(ranges: readonly ProvenRange[]) {
    this.#pages = ranges.map((range) => ({ range, count: new TallyCount(), moved: 0 }));
    this.#holding = this.#pages
      .filter(({ range }) => !isLinkStream(range.stream))
      .sort((a, b) => (a.range.from < b.range.from ? -1 : 1));
  }

  /** `stamp` says where the record belongs, `present` is its newest datestamp now. */
  add(id: string, rows: Parameters<TallyCount['add']>[1], stamp: string, present: string): void {
    const page = this.#at(stamp.slice(0, 10));
    if (!page) return;
    page.count.add(id, rows);
    if (!holds(page.range, present.slice(0, 10))) page.moved += 1;
  }

  /** In the order of the ranges. */
  tallies(): readonly WindowTally[] {
    return this.#pages.map(({ count, moved }) => ({ ...count.tally, moved }));
  }

  /** Windows of a source do not overlap: the last one that begins by that day is the only one to ask. */
  #at(day: Day): Page | undefined {
    let [low, high] = [0, this.#holding.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#holding[middle]?.range.from ?? '') <= day) low = middle + 1;
      else high = middle;
    }
    const page = this.#holding[low - 1];
    return page && holds(page.range, day) ? page : undefined;
  }
}

/** Whether a day lies in a half-open range. */
export function holds({ from, to }: Pick<ProvenRange, 'from' | 'to'>, day: Day): boolean {
  return day >= from && day < to;
}

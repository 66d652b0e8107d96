/** Months since year 0. */
type Month = number;

const firstDotted: Month = 2007 * 12 + 3;
const firstFiveDigits: Month = 2015 * 12;
const firstSlashed: Month = 1992 * 12;
const archives = ['hep-th', 'astro-ph', 'cond-mat', 'math', 'quant-ph', 'cs', 'gr-qc', 'physics'];

/** Where an id comes from: this month's announcements, or a paper of old that was touched again. */
export interface ArxivId {
  readonly id: string;
  readonly month: Month;
  readonly old: boolean;
}

/**
 * arXiv identifiers by row. Ids of the corpus's own months are dense from 1 within the month, as arXiv assigns them;
 * two rows in twenty are older papers, one with a dotted id and one with a slash.
 */
export class ArxivIds {
  readonly #starts: { readonly month: Month; readonly row: number }[] = [];
  readonly #rows: number;
  readonly #added = new Map<number, ArxivId>();
  readonly #addedPerMonth = new Map<Month, number>();

  /** `seconds` are the first stamps, which never fall. */
  constructor(seconds: Uint32Array) {
    this.#rows = seconds.length;
    let day = -1;
    seconds.forEach((second, row) => {
      const today = Math.floor(second / 86_400);
      if (today === day) return;
      day = today;
      const month = monthOf(second);
      if (this.#starts.at(-1)?.month !== month) this.#starts.push({ month, row });
    });
  }

  of(row: number): ArxivId {
    return this.#added.get(row) ?? this.#original(row);
  }

  /** Names a row that was not there at the start. */
  add(row: number, second: number): void {
    const month = monthOf(second);
    const before = this.#addedPerMonth.get(month) ?? 0;
    this.#addedPerMonth.set(month, before + 1);
    this.#added.set(row, { id: dotted(month, this.#originalsIn(month) + before + 1), month, old: false });
  }

  #original(row: number): ArxivId {
    const first = this.#starts[0]?.month ?? firstDotted;
    const k = Math.floor(row / 20);
    if (first > firstDotted && row % 20 === 7) {
      const months = first - firstDotted;
      const month = firstDotted + (k % months);
      return { id: dotted(month, Math.floor(k / months) + 1), month, old: true };
    }
    if (first > firstDotted && row % 20 === 13) return slashed(k);
    const start = this.#starts.findLast((each) => each.row <= row) ?? { month: first, row: 0 };
    return {
      id: dotted(start.month, this.#dense(row) - this.#dense(start.row) + 1),
      month: start.month,
      old: false,
    };
  }

  #originalsIn(month: Month): number {
    const at = this.#starts.findIndex((start) => start.month === month);
    const start = this.#starts[at];
    return start === undefined
      ? 0
      : this.#dense(this.#starts[at + 1]?.row ?? this.#rows) - this.#dense(start.row);
  }

  /** Rows below this one that are not old papers. */
  #dense(row: number): number {
    const first = this.#starts[0]?.month ?? firstDotted;
    return first > firstDotted ? row - Math.floor((row + 12) / 20) - Math.floor((row + 6) / 20) : row;
  }
}

/** First second of a month. */
export function monthStart(month: Month): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
}

function monthOf(second: number): Month {
  const date = new Date(second * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function yymm(month: Month): string {
  return `${String(Math.floor(month / 12) % 100).padStart(2, '0')}${String((month % 12) + 1).padStart(2, '0')}`;
}

function dotted(month: Month, number: number): string {
  return `${yymm(month)}.${String(number).padStart(month < firstFiveDigits ? 4 : 5, '0')}`;
}

function slashed(k: number): ArxivId {
  const months = firstDotted - firstSlashed;
  const month = firstSlashed + (Math.floor(k / archives.length) % months);
  const number = Math.floor(k / (archives.length * months)) + 1;
  return {
    id: `${archives[k % archives.length] ?? 'hep-th'}/${yymm(month)}${String(number).padStart(3, '0')}`,
    month,
    old: true,
  };
}

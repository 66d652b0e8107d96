import { dayOf, dayText } from '../days.ts';
import { setSpecs, inSet } from './categories.ts';
import type { ArxivCorpus } from './corpus.ts';
import type { ListQuery } from './request.ts';

/** A page of arXiv's list. */
export interface ArxivPage {
  /** In the order in which they are printed. */
  readonly rows: readonly number[];
  /** What the next token holds; undefined at the end. */
  readonly next: { readonly from: string | undefined; readonly skip: number } | undefined;
  /** Rows that match the query, without regard to pages. */
  readonly total: number;
}

/**
 * arXiv's paging: an offset into the list as it is at this moment, one row more than a page, the greatest held back,
 * the rest printed by (day, id). Rows that move between two requests shift what the offset means; that is the fault
 * of the original, and it is imitated here on purpose.
 */
export function arxivPage(corpus: ArxivCorpus, query: ListQuery, size: number): ArxivPage {
  const { found, total } = rowsAt(corpus, query, size + 1);
  const held = found.length > size ? found[size] : undefined;
  const page = found.slice(0, size);
  const rows = printed(corpus, page);
  if (held === undefined) return { rows, next: undefined, total };
  const day = dayOf(corpus.list.second(held));
  if (day === dayOf(corpus.list.second(page[0] ?? held))) {
    return { rows, next: { from: query.from, skip: query.skip + size }, total };
  }
  const already = page.filter((row) => dayOf(corpus.list.second(row)) === day).length;
  return { rows, next: { from: dayText(corpus.list.second(held)), skip: already }, total };
}

function rowsAt(corpus: ArxivCorpus, query: ListQuery, limit: number): { found: number[]; total: number } {
  const { list } = corpus;
  const start = list.lowerBound(query.fromSecond);
  const end = list.lowerBound(query.untilSecond + 1);
  const { set } = query;
  if (set === undefined) {
    const found: number[] = [];
    for (let place = start + query.skip; place < end && found.length < limit; place += 1)
      found.push(list.at(place));
    return { found, total: end - start };
  }
  const matching: number[] = [];
  for (let place = start; place < end; place += 1) {
    const row = list.at(place);
    if (inSet(setSpecs(corpus.paper(row).categories, true), set)) matching.push(row);
  }
  return { found: matching.slice(query.skip, query.skip + limit), total: matching.length };
}

/** By (day, id): within a day the printed order says nothing about the position. */
function printed(corpus: ArxivCorpus, rows: readonly number[]): number[] {
  return rows
    .map((row) => ({ row, day: dayOf(corpus.list.second(row)), id: corpus.id(row) }))
    .sort((a, b) => a.day - b.day || (a.id < b.id ? -1 : 1))
    .map(({ row }) => row);
}

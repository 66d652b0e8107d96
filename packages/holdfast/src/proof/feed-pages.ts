import type { Change } from '../model/paper.ts';
import type { StoreReader } from '../store/port.ts';

const PAGE = 2000;

/** Which part of the feed. */
export interface FeedRange {
  /** Changes beyond this one. */
  readonly since?: bigint;
  /** The last change; without it, to the end of the feed. */
  readonly until?: bigint;
}

/** The feed page by page; a page is all that is ever in memory. */
export async function* feedPages(
  reader: Pick<StoreReader, 'changes'>,
  { since = 0n, until }: FeedRange = {},
): AsyncIterable<readonly Change[]> {
  for (let after = since; until === undefined || after < until;) {
    const page = await reader.changes(after, PAGE);
    const wanted = until === undefined ? page : page.filter(({ seq }) => seq <= until);
    if (wanted.length > 0) yield wanted;
    if (page.length < PAGE) return;
    after = page.at(-1)?.seq ?? after;
  }
}

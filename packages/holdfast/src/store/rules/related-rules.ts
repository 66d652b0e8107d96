import { GUESS } from '../../identity/link-keys.ts';
import type { Related } from '../port.ts';

/** A record as links know it. */
export interface Linked {
  /** Unique in the store. */
  readonly key: string;
  readonly source: string;
  readonly id: string;
}

/** Names and records, both ways. */
export interface LinkIndex {
  keysOf(record: Linked): readonly string[];
  /** At most `limit` of the records that have a key. */
  recordsOf(key: string, limit: number): readonly Linked[];
}

/** A name that more records share is doubtful: it joins those who have it, and leads no further. */
const MOST_SHARING = 10;
/** One work is in fewer places. */
const MOST_RECORDS = 50;

/**
 * The records that are one work with `start`: by each name that both have, and from there on by the names of those, in
 * circles or not. Guesses are looked up from `start` alone and join nothing.
 */
export function relate(index: LinkIndex, start: Linked): Related {
  const by = new Map<string, { readonly record: Linked; readonly key: string }>();
  const asked = new Set<string>();
  let frontier: readonly Linked[] = [start];
  for (let isFirst = true; frontier.length > 0; isFirst = false) {
    const next: Linked[] = [];
    for (const key of frontier.flatMap((record) => index.keysOf(record))) {
      if (key.startsWith(GUESS) || asked.has(key)) continue;
      asked.add(key);
      const sharing = index.recordsOf(key, MOST_RECORDS + 1);
      const isDoubtful = sharing.length > MOST_SHARING;
      if (isDoubtful && !isFirst) continue;
      for (const record of sharing) {
        if (record.key === start.key || by.has(record.key) || by.size >= MOST_RECORDS) continue;
        by.set(record.key, { record, key });
        if (!isDoubtful) next.push(record);
      }
    }
    frontier = next;
  }
  return { exact: sorted([...by.values()]), candidates: sorted(guesses(index, start, by)) };
}

function guesses(index: LinkIndex, start: Linked, known: ReadonlyMap<string, unknown>) {
  return index
    .keysOf(start)
    .filter((key) => key.startsWith(GUESS))
    .flatMap((key) => {
      const sharing = index.recordsOf(key, MOST_SHARING + 1);
      // What so many share says nothing.
      if (sharing.length > MOST_SHARING) return [];
      return sharing.map((record) => ({ record, key }));
    })
    .filter(({ record }) => record.key !== start.key && !known.has(record.key));
}

function sorted(found: readonly { readonly record: Linked; readonly key: string }[]): Related['exact'] {
  return found
    .map(({ record: { source, id }, key }) => ({ source, id, by: key }))
    .sort((a, b) => (a.source === b.source ? compare(a.id, b.id) : compare(a.source, b.source)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { StoreReader } from '../../src/store/port.ts';
import type { FarUpstream } from './far-upstream.ts';

/** The store against what the upstream lists in the end. */
export interface Compared {
  readonly listed: number;
  readonly stored: number;
  readonly missing: number;
  readonly extra: number;
  /** Stored with an older stamp than the list gives. */
  readonly older: number;
}

const PAGE = 20_000;

/** Merges both in the order of ids, page by page: neither is ever whole in memory here. */
export async function compare(reader: StoreReader, source: string, upstream: FarUpstream): Promise<Compared> {
  const listed = await upstream.ask<number>({ do: 'sort-truth' });
  const held = heldIds(reader, source);
  const counts = { listed, stored: 0, missing: 0, extra: 0, older: 0 };
  let mine = await held.next();
  for await (const [id, datestamp] of truthOf(upstream, listed)) {
    for (; mine.done !== true && mine.value.id < id; mine = await held.next()) {
      counts.extra += 1;
      counts.stored += 1;
    }
    if (mine.done === true || mine.value.id !== id) {
      counts.missing += 1;
      continue;
    }
    counts.stored += 1;
    if (mine.value.datestamp < datestamp) counts.older += 1;
    mine = await held.next();
  }
  for (; mine.done !== true; mine = await held.next()) {
    counts.extra += 1;
    counts.stored += 1;
  }
  return counts;
}

async function* heldIds(reader: StoreReader, source: string) {
  for (let after = ''; ;) {
    const page = await reader.held(source, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

async function* truthOf(upstream: FarUpstream, count: number): AsyncIterable<readonly [string, string]> {
  for (let from = 0; from < count; from += PAGE)
    yield* await upstream.ask<readonly (readonly [string, string])[]>({ do: 'truth', from, count: PAGE });
}

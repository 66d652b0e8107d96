import { createHash } from 'node:crypto';
import { feedLine } from '../model/feed-line.ts';
import type { RecordRows, StoreMoment } from '../store/port.ts';
import { feedPages } from './feed-pages.ts';
import type { StateChange } from './record-state.ts';
import { placeOf, stateOf } from './record-state.ts';
import { TallyCount } from './tally.ts';
import type { Tally } from './tally.ts';
import { WindowBook } from './window-book.ts';
import type { ProvenRange, WindowTally } from './window-book.ts';

const PAGE = 2000;

/** A source and the windows of it that are to be counted. */
export interface Wanted {
  readonly source: string;
  readonly windows: readonly ProvenRange[];
}

/** What the first changes of a store say. */
export interface Reckoning {
  /** The last change that is there, at most the wanted one. */
  readonly seq: bigint;
  /** Of the bytes of `holdfast feed --until-seq N`. */
  readonly sha256: string;
  /** The first change that is missing within the prefix; null when none is. */
  readonly hole: bigint | null;
  readonly sources: readonly SourceReckoning[];
}

/** What they say of a source. */
export interface SourceReckoning {
  readonly all: Tally;
  /** In the order of the wanted windows. */
  readonly windows: readonly WindowTally[];
}

/**
 * Counts a store as it stood at change `until`, whatever came since. Memory: one page, a hash per window, and the
 * changes of records that changed again since. The reader must stand still meanwhile (`moment`).
 */
export async function reckon(
  reader: StoreMoment,
  until: bigint,
  wanted: readonly Wanted[],
): Promise<Reckoning> {
  const changed = new ChangedSince();
  for await (const page of feedPages(reader, { since: until }))
    for (const { source, id } of page) changed.expect(source, id);
  const hash = createHash('sha256');
  let [seq, hole]: [bigint, bigint | null] = [0n, null];
  for await (const page of feedPages(reader, { until })) {
    hash.update(page.map((change) => `${feedLine(change)}\n`).join(''));
    for (const change of page) {
      changed.note(change);
      if (change.seq !== seq + 1n) hole ??= seq + 1n;
      ({ seq } = change);
    }
  }
  const sources: SourceReckoning[] = [];
  for (const each of wanted) sources.push(await reckonSource(reader, each, changed));
  return { seq, sha256: hash.digest('hex'), hole, sources };
}

async function reckonSource(
  reader: StoreMoment,
  { source, windows }: Wanted,
  changed: ChangedSince,
): Promise<SourceReckoning> {
  const all = new TallyCount();
  const book = new WindowBook(windows);
  for await (const record of recordsOf(reader, source)) {
    const rows = stateOf<StateChange>(changed.before(source, record.id) ?? record.rows);
    const place = placeOf(rows);
    if (!place) continue;
    all.add(record.id, rows);
    book.add(record.id, rows, place.datestamp, record.datestamp);
  }
  return { all: all.tally, windows: book.tallies() };
}

async function* recordsOf(reader: StoreMoment, source: string): AsyncIterable<RecordRows> {
  for (let after = ''; ;) {
    const page = await reader.lastChanges(source, { after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Records that changed after the prefix, and what the prefix says of them: their rows in the store say more. */
class ChangedSince {
  readonly #sources = new Map<string, Map<string, StateChange[]>>();

  expect(source: string, id: string): void {
    let records = this.#sources.get(source);
    if (!records) this.#sources.set(source, (records = new Map<string, StateChange[]>()));
    if (!records.has(id)) records.set(id, []);
  }

  note({
    source,
    id,
    seq,
    version,
    datestamp,
    hash,
    hashVersion,
  }: StateChange & { readonly source: string; readonly id: string }): void {
    this.#sources.get(source)?.get(id)?.push({ seq, version, datestamp, hash, hashVersion });
  }

  /** Null when it did not change since. */
  before(source: string, id: string): readonly StateChange[] | null {
    return this.#sources.get(source)?.get(id) ?? null;
  }
}

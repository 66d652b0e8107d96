import { VirtualClock } from '@holdfast/resilience/clock';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Item } from '../model/item.ts';
import { normalise } from '../model/normalise.ts';
import type { Change, StoredPaper } from '../model/paper.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/port.ts';
import { openStore } from '../store/sqlite/index.ts';
import { all, Harvest, leased } from '../store/testing/fixtures.ts';
import { compareBytes, placeOf, stateOf } from './record-state.ts';

const base = { place: null } as const;
const stamp = fc.integer({ min: 1, max: 6 }).map((day) => `2024-01-0${day}`);
const version = fc.constantFrom('1', '2', '3', '10');
const title = fc.constantFrom('x', 'y', 'z');
const id = fc.constantFrom('a', 'b');
const imported = fc.boolean();
const item: fc.Arbitrary<Item> = fc.oneof(
  fc
    .record({
      id,
      datestamp: stamp,
      title,
      imported,
      unknown: fc.constantFrom([], ['version'] as const),
      version: fc.option(version),
    })
    .map((each): Item => ({
      ...base,
      type: 'paper',
      id: each.id,
      datestamp: each.datestamp,
      imported: each.imported,
      fields: normalise({
        id: each.id,
        title: each.title,
        version: each.unknown.length > 0 ? null : each.version,
      }),
      unknown: each.unknown,
    })),
  fc.record({ id, datestamp: stamp }).map((each): Item => ({ ...base, ...each, type: 'deleted' })),
  fc
    .record({ id, datestamp: stamp, version, withdrawn: fc.boolean() })
    .map((each): Item => ({ ...base, ...each, type: 'history', published: null, history: [] })),
  fc
    .record({ id, datestamp: stamp, url: fc.constantFrom('https://a', 'https://b') })
    .map((each): Item => ({ ...base, ...each, type: 'journal', journalRef: null })),
);

interface Seen {
  histories: number;
  became: number;
  outlived: number;
}

async function checkHistory(store: Store, source: string, items: readonly Item[], seen: Seen): Promise<void> {
  const harvest = new Harvest(store, await leased(store, { source }));
  const start = (await store.identity()).lastSeq;
  for (const each of items) await harvest.add([each]);
  const changes = await store.changes(start, 10_000);
  const rows = (await all(store.export({ source, allVersions: true }))).map(keyOf);
  const expected = new Set(rows.map(({ key }) => key));
  const told: string[] = [];
  for (const record of new Set(changes.map((change) => change.id))) {
    const history = changes.filter((change) => change.id === record);
    const state = stateOf(history);
    told.push(...state.map((change) => keyOf(change).key));
    if (state.length < new Set(history.map((change) => change.version)).size) seen.became += 1;
  }
  seen.histories += 1;
  // Everything that the feed tells is there as it tells it.
  for (const key of told) expect(expected).toContain(key);
  // The store has more only where a row without a version outlived an older version that came later.
  for (const { key, row } of rows) {
    if (told.includes(key)) continue;
    seen.outlived += 1;
    expect(row.version).toBe(null);
    const later = changes.filter((change) => change.id === row.id && change.seq > row.seq);
    expect(later.some((change) => change.version !== null)).toBe(true);
  }
}

function keyOf(each: StoredPaper | Change) {
  const { id: record, version: number } = 'fields' in each ? each.fields : each;
  const row = { id: record, version: number, seq: each.seq };
  return { key: JSON.stringify([record, number, Number(each.seq), each.hash, each.hashVersion]), row };
}

describe('the rows that the feed alone tells', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-state-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  it.each(['memory', 'sqlite'] as const)(
    'are those of a %s store, in any history of a record',
    async (kind) => {
      const clock = new VirtualClock();
      const store =
        kind === 'memory'
          ? new MemoryStore({ clock })
          : await openStore({ file: join(folder, 'a.db'), clock });
      const seen: Seen = { histories: 0, became: 0, outlived: 0 };
      const full = process.env['HOLDFAST_TEST_FULL'] === '1';
      const numRuns = (kind === 'memory' ? 400 : 25) * (full ? 10 : 1);
      const history = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 14 }), (items) =>
        checkHistory(store, `s${seen.histories}`, items, seen),
      );
      await fc.assert(history, { numRuns, endOnFailure: true });
      await store.close();
      expect(seen.became).toBeGreaterThan(0);
      if (kind === 'memory') expect(seen.outlived).toBeGreaterThan(0);
    },
  );

  it('keep a row without a version only until a later change names one', () => {
    const row = (seq: bigint, number: string | null) => ({
      seq,
      version: number,
      datestamp: '',
      hash: '',
      hashVersion: 1,
    });
    const versions = (...rows: ReturnType<typeof row>[]) => stateOf(rows).map((each) => each.version);
    expect(versions(row(1n, null))).toEqual([null]);
    expect(versions(row(1n, null), row(2n, '1'))).toEqual(['1']);
    expect(versions(row(1n, '9'), row(2n, '10'), row(3n, null))).toEqual([null, '10', '9']);
    expect(placeOf(stateOf([row(1n, '9'), row(2n, '10')]))?.version).toBe('10');
    expect(placeOf(stateOf([row(1n, '9'), row(2n, null)]))?.version).toBe(null);
    expect(placeOf([])).toBe(null);
  });
});

it('the order of bytes is that of UTF-8, as a store and as Python have it', () => {
  const unit = fc.constantFrom(
    '',
    'a',
    'b',
    '\t',
    '\u007f',
    '\u0080',
    'ä',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  );
  const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(''));
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareBytes(a, b))).toBe(expected);
    }),
  );
});

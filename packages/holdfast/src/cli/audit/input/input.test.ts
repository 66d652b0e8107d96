import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gap } from '../../../model/gap.ts';
import type { HeldRecord, QuarantineEntry } from '../../../store/port.ts';
import { findColumns, idInRow } from './columns.ts';
import { missingRows, noCounts, type Comparison } from './compare.ts';
import { candidateRows } from './density.ts';
import { IdSet } from './id-set.ts';
import { isWithin } from './period.ts';
import { recognise } from './recognise.ts';

const arxivId = fc
  .tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9999 }))
  .map(([year, month, number]) => {
    const yearMonth = `${String(year).padStart(2, '0')}${String(month).padStart(2, '0')}`;
    return `${yearMonth}.${String(number).padStart(yearMonth < '1501' ? 4 : 5, '0')}`;
  });
const otherId = fc.oneof(
  fc.integer({ min: 1, max: 999 }).map((n) => `hep-th/9901${String(n).padStart(3, '0')}`),
  fc.stringMatching(/^oai:[a-z]{1,5}:[a-z0-9/]{1,8}$/),
);

describe('an identifier of an unknown file', () => {
  it.each([
    ['2301.00001v3', 'arxiv', '2301.00001', '3'],
    ['https://arxiv.org/abs/hep-th/9901001', 'arxiv', 'hep-th/9901001', null],
    ['oai:arXiv.org:2301.00001', 'arxiv', '2301.00001', null],
    [
      'https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full',
      'biorxiv',
      '10.1101/2020.01.01.123456',
      '2',
    ],
    ['10.1101/2020.01.01.20123456', 'medrxiv', '10.1101/2020.01.01.20123456', null],
    ['https://doi.org/10.1101/123456', 'biorxiv', '10.1101/123456', null],
    ['10.64898/2026.01.01.123456', 'biorxiv', '10.64898/2026.01.01.123456', null],
    ['oai:repo.example:1/2', 'oai-pmh', 'oai:repo.example:1/2', null],
  ])('%s is known by its form', (written, kind, id, version) => {
    expect(recognise(written, null)).toMatchObject({ type: 'id', id: { kind, id, version } });
  });

  it.each(['10.1103/PhysRevD.1.1', 'A title', '', '12.5', '2024.13', null, ['2301.00001']])(
    '%j is none',
    (value) => {
      expect(recognise(value, null)).toBeNull();
    },
  );

  it('that went through a number is put right, or told', () => {
    fc.assert(
      fc.property(arxivId, (id) => {
        expect(recognise(Number(id), null)).toMatchObject({ type: 'id', id: { id } });
      }),
    );
    expect(recognise('1501.0044699999999', null)).toMatchObject({
      type: 'id',
      id: { id: '1501.00447', repaired: true },
    });
    expect(recognise('1501.12345678', null)).toMatchObject({ type: 'damaged' });
  });

  it('is found in the column that holds it, whatever that is called', () => {
    const rows = [
      { title: 'a', doi: '10.1103/x.1', key: '2301.00001', update_date: '2023-01-02' },
      { title: 'b', doi: null, key: '2301.00002', update_date: '2023-01-03' },
    ];
    const columns = findColumns(rows, null);
    expect(columns).toEqual({ ids: ['key'], datestamp: 'update_date' });
    expect(rows.map((row) => idInRow(row, columns, null))).toMatchObject([
      { id: { id: '2301.00001', datestamp: '2023-01-02' } },
      { id: { id: '2301.00002' } },
    ]);
    const oai = [{ identifier: 'http://x/1', header: { identifier: 'oai:x:1', datestamp: '2024-01-01' } }];
    expect(findColumns(oai, 'oai-pmh')).toEqual({
      ids: ['header.identifier'],
      datestamp: 'header.datestamp',
    });
  });
});

describe('a set of identifiers', () => {
  it('knows what is in it, what is not, the newest version of each, and what was never asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(arxivId, otherId), fc.option(fc.integer({ min: 1, max: 40 })))),
        fc.array(fc.oneof(arxivId, otherId)),
        (added, asked) => {
          const set = new IdSet();
          for (const [id, version] of added) set.add(id, version === null ? null : String(version));
          const ids = set.freeze();
          const expected = new Map<string, number>();
          for (const [id, version] of added) expected.set(id, Math.max(expected.get(id) ?? 0, version ?? 0));
          expect(ids.size).toBe(expected.size);
          for (const id of asked) expect(ids.find(id) !== null).toBe(expected.has(id));
          expect(ids.extra).toBe(
            expected.size - asked.filter((id, at) => expected.has(id) && asked.indexOf(id) === at).length,
          );
          for (const [id, version] of expected) expect(ids.find(id)).toBe(/^\d/.test(id) ? version : 0);
        },
      ),
    );
  });
});

describe('what a data set lacks', () => {
  const record = (id: string, change: Partial<HeldRecord> = {}): HeldRecord => ({
    id,
    version: null,
    datestamp: '2024-01-02',
    deleted: false,
    hash: '',
    hashVersion: 1,
    ...change,
  });
  const readerOf = (
    held: readonly HeldRecord[],
    gaps: readonly Partial<Gap>[],
    quarantine: readonly Partial<QuarantineEntry>[],
  ) =>
    ({
      held: (_, { after, limit }) => Promise.resolve(held.filter(({ id }) => id > after).slice(0, limit)),
      find: (_, ids) => Promise.resolve(held.filter(({ id }) => ids.includes(id))),
      gaps: () => Promise.resolve(gaps as readonly Gap[]),
      quarantine: () => Promise.resolve(quarantine as readonly QuarantineEntry[]),
    }) satisfies Comparison['reader'];

  it('is what the store holds, and what it knows to be missing itself; deleted records and days outside are counted apart', async () => {
    const held = [
      record('oai:x:1'),
      record('oai:x:2'),
      record('oai:x:3', { deleted: true }),
      record('oai:x:4', { datestamp: '2023-12-31' }),
      record('oai:x:5', { datestamp: '2024-02-01T10:00:00Z' }),
    ];
    const gaps = [
      { id: 'oai:x:6', state: 'open' as const, datestamp: '2024-01-03', reason: 'listed', attempts: 2 },
      {
        id: 'oai:x:7',
        state: 'confirmed-absent' as const,
        datestamp: '2024-01-03',
        reason: 'listed',
        attempts: 3,
      },
      { id: 'oai:x:1', state: 'open' as const, datestamp: '2024-01-03', reason: 'listed', attempts: 2 },
    ];
    const quarantine = [{ id: 'oai:x:8', datestamp: '2024-01-04', reason: 'cut' }];
    const set = new IdSet();
    for (const id of ['oai:x:1', 'oai:x:9']) set.add(id, null);
    const counts = noCounts();
    const comparison: Comparison = {
      reader: readerOf(held, gaps, quarantine),
      source: 'r',
      kind: 'oai-pmh',
      ids: set.freeze(),
      scope: { from: '2024-01-01', to: null, last: '2024-01-31' },
      now: 0,
    };
    const rows = await Array.fromAsync(missingRows(comparison, counts));
    expect(rows.map(({ id }) => id)).toEqual(['oai:x:2', 'oai:x:5', 'oai:x:6', 'oai:x:8']);
    expect(rows[0]).toEqual({
      source: 'r',
      id: 'oai:x:2',
      reason: 'the inventory has it, the data set does not',
      since: '1970-01-01T00:00:00.000Z',
      attempts: 0,
      state: 'missing',
      datestamp: '2024-01-02',
    });
    expect(counts).toMatchObject({ missing: 4, newer: 1, outside: 1, deleted: 1 });
    expect(comparison.ids.extra).toBe(1);
  });

  it('without an inventory is what the numbers of a month leave out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (numbers) => {
        const set = new IdSet();
        const idOf = (number: number): string => `2301.${String(number).padStart(5, '0')}`;
        for (const number of numbers) set.add(idOf(number), null);
        const last = Math.max(...numbers);
        const holes = Array.from({ length: last }, (_, at) => at + 1).filter(
          (number) => !numbers.includes(number),
        );
        const scope = { from: null, to: null, last: null };
        const rows = [...candidateRows('arxiv', set.freeze(), scope, 0, noCounts())];
        expect(rows.map(({ id }) => id)).toEqual(holes.map(idOf));
        expect(rows.every(({ state }) => state === 'candidate')).toBe(true);
      }),
    );
    const set = new IdSet();
    for (const id of ['1412.0001', '1503.00002']) set.add(id, null);
    const counts = noCounts();
    expect([
      ...candidateRows('arxiv', set.freeze(), { from: null, to: null, last: null }, 0, counts),
    ]).toMatchObject([{ id: '1503.00001' }]);
    expect(counts.emptyMonths).toEqual(['2015-01', '2015-02']);
  });

  it.each([
    ['2024-01', true],
    ['2023-12', false],
    ['2024-02', true],
    ['2024-03', false],
    ['2024-01-14', false],
    ['2024-02-29', true],
    [null, true],
  ])('%s lies in the half-open scope: %s', (at, isIn) => {
    expect(isWithin({ from: '2024-01-15', to: '2024-03-01', last: null }, at)).toBe(isIn);
  });
});

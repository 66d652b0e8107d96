import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import { canonicalJson, hashPaper } from './hash.ts';
import type { Item } from './item.ts';
import { compareVersions, latestOf } from './knowledge.ts';
import type { Knowledge, KnownRow, Outcome } from './knowledge.ts';
import { normalise } from './normalise.ts';
import type { ChangeKind, PaperFields } from './paper.ts';
import { contentOf } from './row-write.ts';

const EMPTY: Knowledge = { rows: [], history: null, journal: null };
const ARXIV = ['version', 'published', 'withdrawn'] as const;

function paper(stamp: string, title: string, version?: string, more: object = {}): Item {
  const fields = normalise({ id: 'a', title, ...(version === undefined ? {} : { version }), ...more });
  return { type: 'paper', id: 'a', datestamp: stamp, place: null, fields, unknown: [] };
}
function listedPaper(stamp: string, title: string): Item {
  return { ...paper(stamp, title), unknown: ARXIV } as Item;
}
function preprint(stamp: string, title: string, version: string): Item {
  return { ...paper(stamp, title, version), unknown: ['journalRef', 'urls.journal'] } as Item;
}
function history(stamp: string, version: string, withdrawn = false): Item {
  const entries = [{ version, date: null }];
  return {
    type: 'history',
    id: 'a',
    datestamp: stamp,
    place: null,
    version,
    published: '2001-01-01',
    withdrawn,
    history: entries,
  };
}
const deleted = (stamp: string): Item => ({ type: 'deleted', id: 'a', datestamp: stamp, place: null });
const listed = (stamp: string): Item => ({ type: 'listed', id: 'a', datestamp: stamp, place: null });
const journal = (stamp: string, url: string, journalRef: string | null = null): Item => ({
  type: 'journal',
  id: 'a',
  datestamp: stamp,
  place: null,
  url,
  journalRef,
});

const restampOf = ({ datestamp, imported }: NonNullable<Outcome['restamp']>) => ({ datestamp, imported });

/** What a store does with an outcome, without a store. */
function write(known: Knowledge, { put, restamp, ...news }: Outcome): Knowledge {
  let rows: KnownRow[] = [...known.rows];
  if (restamp) rows = rows.map((row) => (row === restamp.row ? { ...row, ...restampOf(restamp) } : row));
  if (put) {
    rows = rows.filter((row) => row !== put.over && row !== put.absorbs);
    const { fields, hash, hashVersion, datestamp, imported } = put;
    rows.push({ version: fields.version, fields, hash, hashVersion, datestamp, imported });
    expect(latestOf(rows) === rows.at(-1)).toBe(put.latest);
  }
  return { rows, history: news.history ?? known.history, journal: news.journal ?? known.journal };
}

function run(
  items: readonly Item[],
  start = EMPTY,
): { known: Knowledge; changes: ChangeKind[]; results: string[] } {
  let known = start;
  const changes: ChangeKind[] = [];
  const results: string[] = [];
  for (const item of items) {
    const outcome = apply(known, item);
    known = write(known, outcome);
    results.push(outcome.result);
    if (outcome.put) changes.push(outcome.put.change);
    expect(new Set(known.rows.map((row) => row.version)).size).toBe(known.rows.length);
  }
  return { known, changes, results };
}
const latest = (known: Knowledge) => latestOf(known.rows);

test('orders versions as text of any length', () => {
  expect(['10', '9', '1', '100000000000000000001', '100000000000000000000'].sort(compareVersions)).toEqual([
    '1',
    '9',
    '10',
    '100000000000000000000',
    '100000000000000000001',
  ]);
});

test('a listed paper is new, its history completes it, and nothing is announced twice', () => {
  const { known, changes, results } = run([
    listedPaper('2024-01-02', 'x'),
    history('2024-01-02', '3'),
    listedPaper('2024-01-02', 'x'),
    history('2024-01-02', '3'),
  ]);
  expect(changes).toEqual(['new', 'completed']);
  expect(results).toEqual(['inserted', 'updated', 'unchanged', 'unchanged']);
  expect(latest(known)?.fields).toMatchObject({ version: '3', published: '2001-01-01' });
  expect(latest(known)?.hash).toBe(hashPaper(latest(known)?.fields ?? normalise({ id: '' })));
});

test('a re-stamp keeps the version, changed content loses it until the second look', () => {
  const start = run([listedPaper('2024-01-02', 'x'), history('2024-01-02', '1')]).known;
  const stamped = run([listedPaper('2024-01-05', 'x')], start);
  expect(stamped.results).toEqual(['restamped']);
  expect(latest(stamped.known)).toMatchObject({ version: '1', datestamp: '2024-01-05' });
  const changed = run([listedPaper('2024-01-07', 'y')], stamped.known);
  expect(changed.changes).toEqual(['completed']);
  expect(changed.known.rows.map((row) => row.version)).toEqual(['1', null]);
  expect(latest(changed.known)?.version).toBeNull();
  expect(run([history('2024-01-07', '2')], changed.known).changes).toEqual(['version']);
  const edited = run([history('2024-01-07', '1')], changed.known);
  expect(edited.changes).toEqual(['completed']);
  expect(edited.known.rows.map((row) => [row.version, row.fields.title])).toEqual([['1', 'y']]);
});

test('a version without new metadata is a version all the same', () => {
  const { known, changes } = run([
    listedPaper('2024-01-02', 'x'),
    history('2024-01-02', '1'),
    listedPaper('2024-01-05', 'x'),
    history('2024-01-05', '2'),
  ]);
  expect(changes).toEqual(['new', 'completed', 'version']);
  expect(known.rows.map((row) => row.version)).toEqual(['1', '2']);
});

test('a history of a record that is absent or older here is kept and counts as missing', () => {
  const absent = run([history('2024-01-02', '2')]);
  expect(absent.results).toEqual(['missing']);
  const arrived = run([listedPaper('2024-01-02', 'x')], absent.known);
  expect(arrived.changes).toEqual(['new']);
  expect(latest(arrived.known)?.version).toBe('2');
  expect(run([history('2024-02-01', '3')], arrived.known).results).toEqual(['missing']);
  expect(run([history('2024-01-01', '1')], arrived.known).results).toEqual(['unchanged']);
});

test('versions of preprints: a greater one is a version, an earlier one completes, withdrawal is its own kind', () => {
  const { known, changes } = run([
    preprint('2024-01-02', 'x', '2'),
    preprint('2024-01-01', 'w', '1'),
    preprint('2024-02-01', 'y', '10'),
    paper('2024-03-01', 'y', '11', { withdrawn: true }),
    paper('2024-03-02', 'y2', '11', { withdrawn: true }),
  ]);
  expect(changes).toEqual(['new', 'completed', 'version', 'withdrawn', 'completed']);
  expect(latest(known)?.fields).toMatchObject({ version: '11', title: 'y2' });
});

test('a journal link completes the latest version, is inherited, and waits for a preprint that is not stored', () => {
  const link = journal('2024-05-01', 'https://doi.org/10.1/j', 'J. 1');
  for (const order of [
    [preprint('2024-01-01', 'x', '1'), link, preprint('2024-06-01', 'y', '2')],
    [link, preprint('2024-01-01', 'x', '1'), preprint('2024-06-01', 'y', '2')],
    [preprint('2024-06-01', 'y', '2'), preprint('2024-01-01', 'x', '1'), link],
  ]) {
    const { known } = run(order);
    expect(latest(known)?.fields).toMatchObject({
      version: '2',
      journalRef: 'J. 1',
      urls: { journal: 'https://doi.org/10.1/j' },
    });
    expect(run(order, known).changes).toEqual([]);
  }
});

test('a source without versions: changed content is a version, a tombstone keeps metadata, a record can come back', () => {
  const { known, changes, results } = run([
    paper('2024-01-01', 'x'),
    paper('2024-01-02', 'y'),
    paper('2024-01-01', 'x'),
    deleted('2024-01-03'),
    deleted('2024-01-03'),
    deleted('2024-01-04'),
    paper('2024-01-05', 'y'),
  ]);
  expect(changes).toEqual(['new', 'version', 'deleted', 'version']);
  expect(results).toEqual([
    'inserted',
    'updated',
    'unchanged',
    'updated',
    'unchanged',
    'restamped',
    'updated',
  ]);
  expect(known.rows).toHaveLength(1);
  const unknown = run([deleted('2024-01-03')]);
  expect(unknown.changes).toEqual(['deleted']);
  expect(latest(unknown.known)?.fields).toMatchObject({ deleted: true, title: null });
});

test('a listed identifier is missing when absent or older', () => {
  expect(
    run([listed('2024-01-01'), paper('2024-01-01', 'x'), listed('2024-01-01'), listed('2024-01-02')]).results,
  ).toEqual(['missing', 'inserted', 'unchanged', 'missing']);
});

test('the kept text is the hashed one, in whatever order the keys come', () => {
  const fields = normalise({ id: 'a', title: 'x', authors: [{ name: 'n' }], urls: { b: '2', a: '1' } });
  const turned = Object.fromEntries(Object.entries(fields).reverse()) as unknown as PaperFields;
  for (const each of [fields, turned]) {
    expect(contentOf(each)).toEqual({ json: canonicalJson(fields), hash: hashPaper(fields) });
  }
});

test('rows of an older hash version are compared by their content', () => {
  const { known } = run([paper('2024-01-01', 'x')]);
  const old = { ...known, rows: known.rows.map((row) => ({ ...row, hash: 'old', hashVersion: 0 })) };
  expect(run([paper('2024-01-01', 'x')], old).results).toEqual(['unchanged']);
});

const day = (n: number): string => `2024-01-${String(n + 1).padStart(2, '0')}`;
const steps = fc.array(
  fc.record({ bump: fc.boolean(), title: fc.constantFrom('x', 'y', 'z'), withdrawn: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

/** All items in some order, some of them again. */
function shuffled(items: readonly Item[]) {
  const again = fc.subarray([...items]);
  return again.chain((more) =>
    fc.shuffledSubarray([...items, ...more], { minLength: items.length + more.length }),
  );
}

interface History {
  readonly items: readonly Item[];
  readonly order: readonly Item[];
  readonly expected: object;
}

function inAnyOrder(items: readonly Item[], expected: object): fc.Arbitrary<History> {
  return shuffled(items).map((order) => ({ items, order, expected }));
}

function converges({ items, order, expected }: History): void {
  const { known, changes } = run(order);
  expect(latest(known)?.fields).toMatchObject(expected);
  expect(latest(known)?.datestamp).toBe(
    items
      .map((item) => item.datestamp)
      .sort()
      .at(-1),
  );
  expect(changes.filter((kind) => kind === 'new').length).toBeLessThanOrEqual(1);
  const replay = run(order, known);
  expect(replay.changes).toEqual([]);
  expect(replay.known).toEqual(known);
}

test('listed papers and their histories in any order, some twice, end in the same latest content', () => {
  fc.assert(
    fc.property(
      steps.chain((list) => {
        let version = 1;
        const items: Item[] = [];
        list.forEach(({ bump, title, withdrawn }, index) => {
          if (bump) version += 1;
          items.push(listedPaper(day(index), title), history(day(index), String(version), withdrawn));
        });
        return inAnyOrder(items, {
          title: list.at(-1)?.title,
          version: String(version),
          withdrawn: list.at(-1)?.withdrawn,
        });
      }),
      converges,
    ),
    { numRuns: 500 },
  );
});

test('versions in any order, some twice, end in the same latest content', () => {
  fc.assert(
    fc.property(
      steps.chain((list) => {
        const items = list.map(({ title }, index) => preprint(day(index), title, String(index + 8)));
        const link = journal(day(0), 'https://doi.org/10.1/j', 'J');
        return inAnyOrder([...items, link], {
          title: list.at(-1)?.title,
          version: String(list.length + 7),
          journalRef: 'J',
        });
      }),
      converges,
    ),
    { numRuns: 300 },
  );
});

test('records without versions and tombstones in any order end in the same latest state', () => {
  fc.assert(
    fc.property(
      steps.chain((list) => {
        const items = list.map(({ bump, title }, index) =>
          bump ? deleted(day(index)) : paper(day(index), title),
        );
        const last = list.at(-1);
        return inAnyOrder(items, last?.bump ? { deleted: true } : { deleted: false, title: last?.title });
      }),
      converges,
    ),
    { numRuns: 300 },
  );
});

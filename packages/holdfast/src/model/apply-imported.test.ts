import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Item, PaperItem } from './item.ts';
import type { Knowledge, KnownRow } from './knowledge.ts';
import { latestOf } from './knowledge.ts';
import { normalise } from './normalise.ts';
import type { ChangeKind } from './paper.ts';

const HARVESTED = ['version', 'published', 'withdrawn'] as const;

function imported(version: string | null, datestamp: string, title = 'imported $x$'): PaperItem {
  const fields = normalise({ id: 'a', version, title, published: '2001-01-01' });
  const unknown = version === null ? HARVESTED : (['withdrawn'] as const);
  return { type: 'paper', id: 'a', datestamp, place: null, fields, unknown, imported: true };
}
function harvested(datestamp: string, title = 'harvested x'): PaperItem {
  const fields = normalise({ id: 'a', title });
  return { type: 'paper', id: 'a', datestamp, place: null, fields, unknown: HARVESTED };
}
function history(datestamp: string, version: string): Item {
  const entries = [{ version, date: null }];
  const known = { published: '2001-01-01', withdrawn: false, history: entries };
  return { type: 'history', id: 'a', datestamp, place: null, version, ...known };
}

function run(items: readonly Item[]): { known: Knowledge; changes: ChangeKind[]; latest: KnownRow | null } {
  let known: Knowledge = { rows: [], history: null, journal: null };
  const changes: ChangeKind[] = [];
  for (const item of items) {
    const { put, restamp, history: news } = apply(known, item);
    let rows = [...known.rows];
    if (restamp) {
      const { datestamp, imported: mark } = restamp;
      rows = rows.map((row) => (row === restamp.row ? { ...row, datestamp, imported: mark } : row));
    }
    if (put) {
      changes.push(put.change);
      rows = rows.filter((row) => row !== put.over && row !== put.absorbs);
      rows.push({ ...put, version: put.fields.version });
      expect(latestOf(rows) === rows.at(-1)).toBe(put.latest);
    }
    known = { ...known, rows, history: news ?? known.history };
  }
  return { known, changes, latest: latestOf(known.rows) };
}

test.each(['2020-01-01', '2024-01-01', '2099-01-01'])(
  'a harvest replaces what was imported under %s, and announces no version',
  (stamp) => {
    const { changes, latest, known } = run([
      imported('2', stamp),
      harvested('2024-01-01'),
      history('2024-01-01', '2'),
    ]);
    expect(latest).toMatchObject({ version: '2', imported: false, fields: { title: 'harvested x' } });
    expect(known.rows).toHaveLength(1);
    expect(changes).toEqual(['new', 'completed', 'completed']);
  },
);

test.each(['2020-01-01', '2024-01-01', '2099-01-01'])(
  'an import under %s changes nothing of what was harvested',
  (stamp) => {
    const before = [harvested('2024-01-01'), history('2024-01-01', '2')];
    for (const version of [null, '2', '3']) {
      const { changes, latest, known } = run([...before, imported(version, stamp)]);
      expect(latest).toMatchObject({ version: '2', fields: { title: 'harvested x' } });
      expect(known.rows).toHaveLength(1);
      expect(changes).toEqual(['new', 'completed']);
    }
    expect(run([harvested('2024-01-01'), imported('1', stamp)]).changes).toEqual(['new']);
  },
);

test('an import adds an older version of what was harvested, and the latest stays', () => {
  const { known, latest } = run([
    harvested('2024-01-01'),
    history('2024-01-01', '2'),
    imported('1', '2099-01-01'),
  ]);
  expect(known.rows.map(({ version }) => version)).toEqual(['2', '1']);
  expect(latest).toMatchObject({ version: '2', fields: { title: 'harvested x' } });
});

test('a new version that the harvest brings after an import is announced as one', () => {
  const { changes } = run([imported('2', '2024-01-01'), harvested('2024-02-01'), history('2024-02-01', '3')]);
  expect(changes).toEqual(['new', 'completed', 'version']);
});

test('equal content that the harvest brings is a re-stamp, and harvested from then on', () => {
  const same = normalise({ id: 'a', title: 'same' });
  const base = { type: 'paper', id: 'a', place: null, fields: same, unknown: [] } as const;
  const { known, changes } = run([
    { ...base, datestamp: '2030-01-01', imported: true },
    { ...base, datestamp: '2024-01-01' },
  ]);
  expect(changes).toEqual(['new']);
  expect(known.rows).toMatchObject([{ datestamp: '2024-01-01', imported: false }]);
});

test('what an upstream has deleted is not brought back by an import', () => {
  const gone: Item = { type: 'deleted', id: 'a', datestamp: '2024-01-01', place: null };
  const { latest } = run([imported('1', '2023-01-01'), gone, imported('2', '2099-01-01')]);
  expect(latest?.fields).toMatchObject({ deleted: true, title: 'imported $x$' });
});

test('whatever is imported around a harvest, and in whatever order, the latest content is the harvest’s', () => {
  const imports = fc.array(
    fc.tuple(fc.constantFrom('1', '2', '3', null), fc.constantFrom('2020-01-01', '2024-01-01', '2099-01-01')),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(imports, imports, (before, after) => {
      const items = [
        ...before.map(([version, stamp]) => imported(version, stamp)),
        harvested('2024-01-01'),
        history('2024-01-01', '2'),
        ...after.map(([version, stamp]) => imported(version, stamp)),
      ];
      expect(run(items).latest).toMatchObject({ version: '2', fields: { title: 'harvested x' } });
    }),
    { numRuns: 500 },
  );
});

test('the same import twice changes nothing', () => {
  const items = [imported('2', '2024-01-01'), imported('1', '2023-01-01')];
  expect(run([...items, ...items]).changes).toEqual(run(items).changes);
});

test('a history that numbers what was harvested takes the row of an import that has the number already', () => {
  const version = { ...harvested('2024-01-03'), unknown: [] };
  const second = { ...version, fields: { ...version.fields, version: '2' } };
  const { known, latest } = run([imported('3', '2024-01-04'), second, history('2024-01-03', '3')]);
  expect(known.rows.map((row) => row.version)).toEqual(['2', '3']);
  expect(latest).toMatchObject({ version: '3', imported: false, fields: { title: 'harvested x' } });
});

import { expect, test } from 'vitest';
import { apply } from './apply.ts';
import type { Item } from './item.ts';
import { latestOf, type Knowledge } from './knowledge.ts';
import { normalise } from './normalise.ts';

/*
 * Found by a soak of two hours: a paper whose versions were learnt today was revised today. Its list told the new text
 * under the same stamp, a day, and it was stored as the version of before, until somebody looked at its versions again.
 */

const TODAY = '2026-11-22';

function listed(title: string): Item {
  const unknown = ['version', 'published', 'withdrawn'] as const;
  return {
    type: 'paper',
    id: 'a',
    datestamp: TODAY,
    place: null,
    fields: normalise({ id: 'a', title }),
    unknown,
  };
}

function versions(version: string): Item {
  const history = [{ version, date: null }];
  return {
    type: 'history',
    id: 'a',
    datestamp: TODAY,
    place: null,
    version,
    published: '2026-11-20',
    withdrawn: false,
    history,
  };
}

function after(
  ...items: readonly Item[]
): readonly (readonly [version: string | null, title: string | null])[] {
  let known: Knowledge = { rows: [], history: null, journal: null };
  for (const item of items) {
    const { put, history } = apply(known, item);
    let { rows } = known;
    if (put) {
      rows = rows.filter((row) => row !== put.over && row !== put.absorbs);
      rows = [...rows, { ...put, version: put.fields.version }];
    }
    known = { ...known, rows, history: history ?? known.history };
    expect(latestOf(known.rows)).toBe(known.rows.at(-1) ?? null);
  }
  return known.rows.map(({ version, fields }) => [version, fields.title]);
}

const numbered = [listed('before'), versions('1')] as const;

test('a text that changes on the day on which its version was learnt has no version until it is asked for', () => {
  expect(after(...numbered)).toEqual([['1', 'before']]);
  expect(after(...numbered, listed('revised'))).toEqual([
    ['1', 'before'],
    [null, 'revised'],
  ]);
});

test('nor when it is listed again and again that day', () => {
  expect(after(...numbered, listed('revised'), listed('revised'), listed('revised'))).toEqual([
    ['1', 'before'],
    [null, 'revised'],
  ]);
});

test('when it was a new version, both are there', () => {
  expect(after(...numbered, listed('revised'), versions('2'))).toEqual([
    ['1', 'before'],
    ['2', 'revised'],
  ]);
});

test('when it was a new version that was listed twice, both are there', () => {
  expect(after(...numbered, listed('revised'), listed('revised'), versions('2'))).toEqual([
    ['1', 'before'],
    ['2', 'revised'],
  ]);
});

test('when it was the same version with other metadata, it is told once', () => {
  expect(after(...numbered, listed('corrected'), versions('1'))).toEqual([['1', 'corrected']]);
});

test('a text that is listed again as it was keeps its version', () => {
  expect(after(...numbered, listed('before'))).toEqual([['1', 'before']]);
});

test('a version that was learnt before its text came numbers it', () => {
  expect(after(versions('2'), listed('revised'))).toEqual([['2', 'revised']]);
});

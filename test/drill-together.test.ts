import { expect, test } from 'vitest';
import type { Fault, Played, PlayTogether } from '../drill/fault.ts';
import type { Row } from '../drill/judge.ts';
import { run } from '../drill/runner.ts';
import type { Size } from '../drill/stage.ts';

const played: Played = {
  injected: 1,
  wanted: 1,
  traffic: 1,
  lost: 0,
  duplicated: 0,
  unexpected: 0,
  recovered: true,
  detectMs: null,
  recoverMs: null,
  requestsWasted: null,
  checks: [],
  evidence: '',
};

/** Faults that write down how they are played; `b` and `d` can be played at once. */
function faults(plays: string[], together: PlayTogether): readonly Fault[] {
  return ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    layer: 'protocol',
    about: 'Something happens.',
    holds: 'Something holds.',
    quick: true,
    play: () => {
      plays.push(name);
      return Promise.resolve(played);
    },
    ...(name === 'b' || name === 'd' ? { together } : {}),
  }));
}

async function rowsOf(all: readonly Fault[], size: Size): Promise<readonly Row[]> {
  const { signal } = new AbortController();
  return Array.fromAsync(run(all, { seed: 1, size, durationMs: null, signal, isBounded: false }));
}

test('with --quick faults of one kind are played at once, and each has a row of its own', async () => {
  const plays: string[] = [];
  const together: PlayTogether = (names) => {
    plays.push(names.join('+'));
    return Promise.resolve(names.map((name) => ({ ...played, lost: name === 'd' ? 2 : 0 })));
  };
  const rows = await rowsOf(faults(plays, together), 'quick');
  expect(plays.toSorted()).toEqual(['a', 'b+d', 'c']);
  expect(rows.map(({ name, verdict, lost }) => [name, verdict, lost])).toEqual([
    ['a', 'valid', 0],
    ['b', 'valid', 0],
    ['d', 'invalid', 2],
    ['c', 'valid', 0],
  ]);
});

test('with --full each fault is played alone', async () => {
  const plays: string[] = [];
  const rows = await rowsOf(
    faults(plays, () => Promise.reject(new Error('not this one'))),
    'full',
  );
  expect(plays).toEqual(['a', 'b', 'c', 'd']);
  expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual(
    ['a', 'b', 'c', 'd'].map((name) => [name, 'valid']),
  );
});

test('one of them that is chosen alone is played alone', async () => {
  const plays: string[] = [];
  const all = faults(plays, () => Promise.reject(new Error('not this one')));
  const rows = await rowsOf(
    all.filter(({ name }) => name === 'd'),
    'quick',
  );
  expect(plays).toEqual(['d']);
  expect(rows.map(({ verdict }) => verdict)).toEqual(['valid']);
});

test('a fault that was left out of what was played at once is unknown, as are its companions', async () => {
  const rows = await rowsOf(
    faults([], () => Promise.resolve([played])),
    'quick',
  );
  const told = rows.filter(({ name }) => name === 'b' || name === 'd');
  expect(told.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown']);
  expect(told[0]?.findings.join()).toContain('d was left out');
});

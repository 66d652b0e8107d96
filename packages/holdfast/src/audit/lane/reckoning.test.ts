import { expect, test } from 'vitest';
import type { Window } from '../../model/window.ts';
import type { AuditRun } from '../../model/audit.ts';
import type { Stream } from '../../sources/port.ts';
import { numbersOf, settledHoles, textOfNumbers, withAnswer } from './holes.ts';
import { afterDensity } from './after-density.ts';
import { progressOf, type DensityStep } from './progress.ts';
import { blocksOf, halvesOf } from './ranges.ts';
import { settledRange } from './settled-range.ts';
import { upperBound } from './upper-bound.ts';

test('the bound of a sample is that of Clopper and Pearson', () => {
  // One-sided 95 % bounds from published tables of the binomial distribution.
  expect(upperBound(0, 20, 1_000)).toBeCloseTo(0.1391, 4);
  expect(upperBound(1, 20, 1_000)).toBeCloseTo(0.2161, 4);
  expect(upperBound(5, 50, 1_000)).toBeCloseTo(0.1988, 3);
  expect(upperBound(0, 59, 1_000)).toBeCloseTo(0.0495, 4);
  expect(upperBound(20, 20, 1_000)).toBe(1);
  expect(upperBound(0, 0, 1_000)).toBe(1);
});

test('a sample of everything is no sample', () => {
  expect([upperBound(0, 7, 7), upperBound(1, 4, 4)]).toEqual([0, 0.25]);
});

test('holes are kept as runs, and say which numbers need not be asked for', () => {
  expect(textOfNumbers([3, 12, 7, 8, 9, 12])).toBe('3,7-9,12');
  expect(numbersOf('3,7-9,12')).toEqual([3, 7, 8, 9, 12]);
  expect(numbersOf('')).toEqual([]);
  const hole = { asked: '2026-05-01', numbers: '3,7-9' };
  expect([...settledHoles(hole, '2020-02-01', '2026-05-08')]).toEqual([3, 7, 8, 9]);
  // The month ended lately; they were asked for long ago; our clock was ahead.
  expect(settledHoles(hole, '2026-04-01', '2026-05-08').size).toBe(0);
  expect(settledHoles(hole, '2020-02-01', '2026-12-08').size).toBe(0);
  expect(settledHoles(hole, '2020-02-01', '2026-04-08').size).toBe(0);
  expect(withAnswer({ '2001': hole }, '2001', '2026-06-01', { absent: [10], present: [3] })).toEqual({
    '2001': { asked: '2026-06-01', numbers: '7-10' },
  });
  expect(withAnswer({ '2001': hole }, '2001', '2026-06-01', { absent: [], present: [3, 7, 8, 9] })).toEqual(
    {},
  );
});

test('ranges are cut at the same days whatever their ends are, and halved down to one day', () => {
  const blocks = blocksOf({ from: '2026-01-05', to: '2026-05-17' }, 64);
  expect(blocks.at(0)?.from).toBe('2026-01-05');
  expect(blocks.at(-1)?.to).toBe('2026-05-17');
  expect(blocksOf({ from: '2026-01-20', to: '2026-05-16' }, 64).at(1)).toEqual(blocks.at(1));
  expect(halvesOf({ from: '2026-01-01', to: '2026-01-04' })).toEqual([
    { from: '2026-01-01', to: '2026-01-02' },
    { from: '2026-01-02', to: '2026-01-04' },
  ]);
  expect(halvesOf({ from: '2026-01-01', to: '2026-01-02' })).toBeNull();
});

test('what is audited are the newest days in a row of which nothing is owed, in every stream', () => {
  const list = streamOf('list');
  const windows = [
    windowOf('list', '2026-05-01', '2026-05-10', 'VERIFIED'),
    windowOf('list', '2026-04-20', '2026-05-01', 'GAP'),
    windowOf('list', '2026-04-10', '2026-04-20', 'SEALED'),
    windowOf('list', '2026-04-01', '2026-04-10', 'VERIFIED'),
    windowOf('list', '2026-05-10', null, 'OPEN'),
  ];
  expect(settledRange(windows, [list])).toEqual({ from: '2026-04-20', to: '2026-05-10' });
  expect(settledRange(windows, [{ ...list, secondLook: false }])).toEqual({
    from: '2026-04-01',
    to: '2026-05-10',
  });
  expect(settledRange(windows, [list, streamOf('other')])).toBeNull();
  const other = windowOf('other', '2026-05-02', '2026-05-08', 'VERIFIED');
  expect(settledRange([...windows, other], [list, streamOf('other')])).toEqual({
    from: '2026-05-02',
    to: '2026-05-08',
  });
  expect(settledRange([windowOf('list', '2026-05-01', '2026-05-10', 'OPEN')], [list])).toBeNull();
});

test("an answer about many months fills each one's holes, and goes further where numbers exist beyond", () => {
  const step = densityOf({ again: [{ series: '2002', above: 9, reach: 0 }] });
  const answers = [
    { series: '2001', asked: [2, 8], present: [8] },
    { series: '2002', asked: [3, 9], present: [9] },
  ];
  const probed = { type: 'probed', answers, believed: true, missing: 2, today: '2026-05-01' } as const;
  const after = afterDensity(runAt(step), step, probed);
  expect(after).toMatchObject({ probed: 4, absent: 2, missing: 2 });
  expect(progressOf(after).holes).toEqual({
    '2001': { asked: '2026-05-01', numbers: '2' },
    '2002': { asked: '2026-05-01', numbers: '3' },
  });
  // Eight of 2001 are known: nothing lies beyond. Of 2002 seven are known, and it is in hand already.
  const again = [{ series: '2002', above: 9, reach: 150 }];
  expect(progressOf(after).step).toEqual({ ...step, again, batch: [], witnesses: [] });
  const beyond = afterDensity(runAt({ ...step, again: [] }), { ...step, again: [] }, probed);
  expect(progressOf(beyond).step).toMatchObject({ again });
});

test('an answer without both witnesses proves nothing of any month, and a batch that cannot be had is told', () => {
  const step = densityOf({
    again: [
      { series: '2002', above: 9, reach: 0 },
      { series: '1912', above: 1, reach: 0 },
    ],
  });
  const answers = step.batch.map(({ series }) => ({ series, asked: [2, 8], present: [] }));
  const probed = { type: 'probed', answers, believed: false, missing: 0, today: '2026-05-01' } as const;
  const doubted = afterDensity(runAt(step), step, probed);
  expect(progressOf(doubted)).toMatchObject({
    holes: {},
    doubts: ['an answer about numbers of 2001 to 2002 lacked papers that exist'],
    step: { batch: [], again: step.again },
  });
  expect(doubted).toMatchObject({ probed: 0, absent: 0 });
  const failed = afterDensity(runAt(step), step, { type: 'failed', why: 'no answer' });
  expect(progressOf(failed)).toMatchObject({
    doubts: ['numbers of 2001 to 2002 could not be asked for: no answer'],
    step: { batch: [], again: [{ series: '1912', above: 1, reach: 0 }] },
  });
});

function densityOf(change: Partial<DensityStep>): DensityStep {
  const batch = [
    { series: '2001', numbers: '2,8', largest: 8, reach: 0 },
    { series: '2002', numbers: '3,9', largest: 7, reach: 0 },
  ];
  const witnesses = ['2001.00001', '2002.00007'];
  return { at: 'density', series: '2002', ended: false, again: [], batch, witnesses, ...change };
}

function runAt(step: DensityStep): AuditRun {
  const progress = { holes: {}, doubts: [], step };
  return { probed: 0, absent: 0, missing: 0, progress } as unknown as AuditRun;
}

function streamOf(name: string): Stream {
  return { name, windowDays: 30, lagDays: 1, countsRows: false, secondLook: true, earliest: null };
}

function windowOf(stream: string, from: string, to: string | null, state: Window['state']): Window {
  return {
    key: `s/${stream}/${from}..${to ?? ''}`,
    source: 's',
    stream,
    from,
    to,
    lane: to === null ? 'tail' : 'backfill',
    state,
    look: 2,
    cursor: '',
    nextAt: null,
    attempts: 0,
    reason: '',
    serverDate: null,
    lookedAt: null,
    records: 0,
    pages: 0,
  };
}

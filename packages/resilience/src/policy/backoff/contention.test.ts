import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../clock/index.ts';
import { decorrelatedJitter, equalJitter, exponential, fullJitter } from '../index.ts';
import type { Backoff } from '../index.ts';
import { contend } from './testing/contention.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const SEED = 20_261_122;

type Name = 'none' | 'exponential' | 'equal' | 'full' | 'decorrelated';

/** The reference starts at 5 * 2^1, ours at the base; decorrelated starts at 5. */
const BACKOFFS: Readonly<Record<Name, Backoff | undefined>> = {
  none: undefined,
  exponential: exponential(10, 2_000),
  equal: equalJitter(10, 2_000),
  full: fullJitter(10, 2_000),
  decorrelated: decorrelatedJitter(5, 2_000),
};

/** Mean and standard deviation of 100 trials (190 clients without backoff: 10) of the AWS simulator. */
const CALLS: Readonly<Record<number, Readonly<Record<Name, readonly [number, number]>>>> = {
  10: {
    none: [51.6, 3.6],
    exponential: [50.4, 4.1],
    equal: [42.4, 2.9],
    full: [39.2, 2.4],
    decorrelated: [37.7, 2.1],
  },
  50: {
    none: [688.9, 16],
    exponential: [628, 27],
    equal: [347.1, 5.9],
    full: [332.2, 4.8],
    decorrelated: [375.3, 12],
  },
  100: {
    none: [2_422, 27],
    exponential: [1_852, 59],
    equal: [811.8, 7],
    full: [796.4, 7.1],
    decorrelated: [999, 25],
  },
  190: {
    none: [8_023, 68],
    exponential: [5_180, 124],
    equal: [1_760, 12],
    full: [1_770, 11],
    decorrelated: [2_429, 63],
  },
};
/** Time until the last client is done, where the reference gives its spread. */
const MS_AT_100: Readonly<Partial<Record<Name, readonly [number, number]>>> = {
  full: [4_988, 558],
  decorrelated: [4_737, 637],
};
/** The order of times in the reference, quickest first. */
const QUICKEST: Readonly<Record<number, readonly Name[]>> = {
  10: ['none', 'decorrelated', 'full', 'equal', 'exponential'],
  50: ['none', 'decorrelated', 'full', 'equal', 'exponential'],
  100: ['none', 'decorrelated', 'full', 'equal', 'exponential'],
  190: ['none', 'full', 'decorrelated', 'equal', 'exponential'],
};
const NAMES = Object.keys(BACKOFFS) as Name[];

interface Spread {
  readonly mean: number;
  readonly sd: number;
  readonly trials: number;
}

function spread(values: readonly number[]): Spread {
  const trials = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / trials;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (trials - 1)), trials };
}

interface Cell {
  readonly calls: Spread;
  readonly ms: Spread;
}

const CELLS = new Map<string, Cell>();

/** One cell of the table, simulated when it is first asked for. */
function cell(clients: number, name: Name): Cell {
  const key = `${clients} ${name}`;
  const known = CELLS.get(key) ?? simulate(clients, name, trialsOf(clients, name));
  CELLS.set(key, known);
  return known;
}

function simulate(clients: number, name: Name, trials: number): Cell {
  const random = seededRandom(SEED + 1_000 * clients + NAMES.indexOf(name));
  const runs = Array.from({ length: trials }, () => contend(clients, BACKOFFS[name], random));
  return { calls: spread(runs.map(({ calls }) => calls)), ms: spread(runs.map(({ ms }) => ms)) };
}

/** How far two means lie apart, in combined standard errors. */
function apart(ours: Spread, [mean, sd]: readonly [number, number], trials: number): number {
  return Math.abs(ours.mean - mean) / Math.sqrt(sd ** 2 / trials + ours.sd ** 2 / ours.trials);
}

/** Quick runs take fewer trials, which widens the error that they allow. */
const QUICK_TRIALS: Readonly<Record<number, number>> = { 10: 100, 50: 30, 100: 16 };
const SIZES = FULL ? [10, 50, 100, 190] : [10, 50, 100];

function trialsOf(clients: number, name: Name): number {
  return FULL ? referenceTrials(clients, name) : (QUICK_TRIALS[clients] ?? 0);
}

/** The reference has 10 trials of its dearest cell. */
function referenceTrials(clients: number, name: Name): number {
  return clients === 190 && name === 'none' ? 10 : 100;
}

describe.each(SIZES)(`contention of %d clients (seed ${SEED})`, (clients) => {
  test.each(NAMES)('%s makes as many calls as in the reference, within three standard errors', (name) => {
    const reference = CALLS[clients]?.[name] ?? [Number.NaN, 0];
    expect(apart(cell(clients, name).calls, reference, referenceTrials(clients, name))).toBeLessThan(3);
  });

  test('the times rank as in the reference', () => {
    const ranked = NAMES.toSorted((one, two) => cell(clients, one).ms.mean - cell(clients, two).ms.mean);
    // Where the reference's own difference is below its error, either order is right.
    const tie = clients >= 100 ? ['full', 'decorrelated'] : [];
    const plain = (names: readonly Name[]): string[] =>
      names.map((name) => (tie.includes(name) ? 'tie' : name));
    expect(plain(ranked)).toEqual(plain(QUICKEST[clients] ?? []));
  });
});

describe(`at 100 clients (seed ${SEED})`, () => {
  test('full jitter costs the fewest calls, and no backoff the most', () => {
    const ranked = NAMES.toSorted((one, two) => cell(100, one).calls.mean - cell(100, two).calls.mean);
    expect(ranked).toEqual(['full', 'equal', 'decorrelated', 'exponential', 'none']);
  });

  test.each(Object.entries(MS_AT_100))('%s takes as long as in the reference', (name, reference) => {
    expect(apart(cell(100, name as Name).ms, reference, 100)).toBeLessThan(3);
  });

  test('full jitter saves 57 % of the calls of plain exponential and is 12.7 times faster', () => {
    const [full, plain, decorrelated] = [
      cell(100, 'full'),
      cell(100, 'exponential'),
      cell(100, 'decorrelated'),
    ];
    expect(1 - full.calls.mean / plain.calls.mean).toBeCloseTo(0.57, 1);
    expect(plain.ms.mean / full.ms.mean).toBeGreaterThan(10);
    expect(plain.ms.mean / full.ms.mean).toBeLessThan(16);
    expect(decorrelated.calls.mean / full.calls.mean).toBeCloseTo(1.25, 1);
  });
});

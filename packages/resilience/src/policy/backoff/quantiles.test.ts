import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../clock/index.ts';
import { equalJitter, fullJitter, smoothJitter } from '../index.ts';
import type { Backoff } from '../index.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const SEED = 7;
const SAMPLES = FULL ? 200_000 : 20_000;
/** Relative; four standard errors of the widest distribution and a little more. */
const BOUND = FULL ? 0.008 : 0.025;
const UNCAPPED = Number.MAX_SAFE_INTEGER;

interface Quantiles {
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

function quantiles(backoff: Backoff, retry: number): Quantiles {
  const random = seededRandom(SEED + retry);
  const delays = new Float64Array(SAMPLES).map(() => backoff.delayMs(retry, random)).toSorted();
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / SAMPLES;
  const [median, min, max] = [SAMPLES / 2, 0, SAMPLES - 1].map((index) => delays[index] ?? Number.NaN);
  return { median: median ?? Number.NaN, mean, min: min ?? Number.NaN, max: max ?? Number.NaN };
}

function near(value: number, reference: number): void {
  expect(value / reference).toBeGreaterThan(1 - BOUND);
  expect(value / reference).toBeLessThan(1 + BOUND);
}

const K = [0, 1, 2, 3, 4, 5];

describe(`delays of base 1 s without a cap, ${SAMPLES} samples (seed ${SEED})`, () => {
  test.each(K)('full jitter, k = %d: uniform up to 1 s * 2^k', (k) => {
    const found = quantiles(fullJitter('1s', UNCAPPED), k + 1);
    near(found.median, 500 * 2 ** k);
    near(found.mean, 500 * 2 ** k);
    near(found.max, 1_000 * 2 ** k);
    expect(found.max).toBeLessThanOrEqual(1_000 * 2 ** k);
    expect(found.min).toBeLessThan(2 ** k);
  });

  test.each(K)('equal jitter, k = %d: uniform from half of 1 s * 2^k to all of it', (k) => {
    const found = quantiles(equalJitter('1s', UNCAPPED), k + 1);
    near(found.median, 750 * 2 ** k);
    near(found.mean, 750 * 2 ** k);
    expect(found.min).toBeGreaterThanOrEqual(500 * 2 ** k);
    near(found.min, 500 * 2 ** k);
    expect(found.max).toBeLessThan(1_000 * 2 ** k);
    near(found.max, 1_000 * 2 ** k);
  });

  test.each([
    [0, 898, 872, 1_377],
    [1, 1_140, 1_158, 2_786],
    [2, 2_015, 2_076, 4_322],
    [3, 4_004, 4_125, 8_575],
    [4, 8_006, 8_243, 17_122],
    [5, 15_963, 16_459, 34_281],
  ])('smooth jitter, k = %d: median %d, mean %d, at most %d (Polly V2)', (k, median, mean, max) => {
    const found = quantiles(smoothJitter('1s', UNCAPPED), k + 1);
    near(found.median, median);
    near(found.mean, mean);
    // The reference's maximum is the largest of 200,000 samples too.
    expect(found.max).toBeLessThan(max * 1.01);
    expect(found.max).toBeGreaterThan(max * 0.95);
  });
});

test('smooth jitter is the formula, with the draw of the retry before first', () => {
  const draws = (...values: number[]): { next: () => number } => ({
    next: () => values.shift() ?? Number.NaN,
  });
  const curve = (t: number): number => 2 ** t * Math.tanh(Math.sqrt(4 * t));
  const backoff = smoothJitter(1_000, '1d');
  expect(backoff.delayMs(1, draws(0.5))).toBeCloseTo((curve(0.5) * 1_000) / 1.4, 9);
  expect(backoff.delayMs(2, draws(0.25, 0.5))).toBeCloseTo(((curve(1.5) - curve(0.25)) * 1_000) / 1.4, 9);
  expect(backoff.delayMs(4, draws(0.75, 0))).toBeCloseTo(((curve(3) - curve(2.75)) * 1_000) / 1.4, 9);
  expect(backoff.delayMs(0, draws(0.5))).toBe(backoff.delayMs(1, draws(0.5)));
  // Two draws that meet, and the beginning of the curve: 1 ms all the same.
  expect(backoff.delayMs(1, draws(0))).toBe(1);
  expect(smoothJitter(1_000, 1_500).delayMs(5, draws(0, 0.5))).toBe(1_500);
  // From the 61st retry on the curve goes no further: far from where it would become Infinity.
  const uncapped = smoothJitter(1, Number.MAX_VALUE);
  expect(uncapped.delayMs(61, draws(0, 0.5))).toBe(uncapped.delayMs(1_000, draws(0, 0.5)));
  expect(uncapped.delayMs(61, draws(0, 0.5))).toBeGreaterThan(uncapped.delayMs(60, draws(0, 0.5)));
});

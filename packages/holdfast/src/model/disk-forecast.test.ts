import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, startOf } from './day.ts';
import { diskForecast } from './disk-forecast.ts';

const MB = 1_000_000;
const START = '2026-01-01';

/** One sample a day with these sizes in MB; now is noon of the last day. */
function facts(megabytes: readonly number[], more: { freeBytes?: number; maxDisk?: number | null } = {}) {
  const samples = megabytes.map((size, index) => ({ day: addDays(START, index), bytes: size * MB }));
  const now = startOf(addDays(START, megabytes.length - 1)) + 43_200_000;
  return { samples, now, freeBytes: 1_000 * MB, maxDisk: null, ...more };
}

test('a store that grows steadily is full when its room is used up', () => {
  expect(diskForecast(facts([100, 110, 120, 130]))).toEqual({ fullInDays: 100, growthPerDay: 10 * MB });
});

test('the smaller of disk and budget decides, and a budget that is used up leaves no day', () => {
  const sizes = [100, 110, 120];
  expect(diskForecast(facts(sizes, { maxDisk: 220 * MB })).fullInDays).toBe(10);
  expect(diskForecast(facts(sizes, { maxDisk: 9_000 * MB })).fullInDays).toBe(100);
  expect(diskForecast(facts(sizes, { maxDisk: 90 * MB })).fullInDays).toBe(0);
  expect(diskForecast(facts(sizes, { freeBytes: 0 })).fullInDays).toBe(0);
});

test('fewer than three days tell nothing', () => {
  for (const sizes of [[], [1], [1, 50]])
    expect(diskForecast(facts(sizes))).toEqual({ fullInDays: null, growthPerDay: 0 });
});

test('a store that does not grow is never full', () => {
  expect(diskForecast(facts([5, 5, 5, 5]))).toEqual({ fullInDays: null, growthPerDay: 0 });
  expect(diskForecast(facts([9, 8, 7]))).toEqual({ fullInDays: null, growthPerDay: -MB });
});

test('one import and one clean-up do not bend the forecast', () => {
  const steady = Array.from({ length: 14 }, (_, day) => 100 + day);
  const bent = steady.map((size, day) => (day === 6 ? size + 5_000 : day === 9 ? size - 90 : size));
  expect(diskForecast(facts(bent)).growthPerDay).toBeCloseTo(MB, -4);
});

test('only the last fortnight counts, and days that are long over or to come do not', () => {
  const fast = Array.from({ length: 20 }, (_, day) => day * 100);
  const slow = Array.from({ length: 14 }, (_, day) => 2_000 + day);
  expect(diskForecast(facts([...fast, ...slow])).growthPerDay).toBe(MB);
  const rested = facts([100, 110, 120]);
  const year = 365 * 86_400_000;
  expect(diskForecast({ ...rested, now: rested.now + year }).fullInDays).toBeNull();
  expect(diskForecast({ ...rested, now: rested.now - year }).fullInDays).toBeNull();
});

test('days without a sample do not make the growth of a day larger', () => {
  const { samples, ...rest } = facts([0, 10, 20, 30, 40, 50, 60]);
  expect(diskForecast({ samples: samples.filter((_, day) => day % 3 === 0), ...rest }).growthPerDay).toBe(
    10 * MB,
  );
});

test('the growth lies between the slowest and the fastest pair of days', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 3, maxLength: 14 }), (sizes) => {
      const { growthPerDay, fullInDays } = diskForecast(facts(sizes));
      const steps = sizes.slice(1).map((size, index) => (size - (sizes[index] ?? 0)) * MB);
      expect(growthPerDay).toBeGreaterThanOrEqual(Math.min(...steps));
      expect(growthPerDay).toBeLessThanOrEqual(Math.max(...steps));
      expect(fullInDays === null).toBe(growthPerDay <= 0);
    }),
  );
});

import { expect, test } from 'vitest';
import { Keyed } from './keyed.ts';
import { GcraSchedule } from './gcra.ts';

test('a key keeps its state, and no key is one of its own', () => {
  const keyed = new Keyed(
    () => ({}),
    () => true,
  );
  expect(keyed.of('a')).toBe(keyed.of('a'));
  expect(keyed.of(undefined)).toBe(keyed.of(undefined));
  expect(keyed.of(undefined)).not.toBe(keyed.of('undefined'));
  expect(keyed.size).toBe(3);
});

test('idle keys are forgotten when there are 256, the others are kept', () => {
  const keyed = new Keyed(
    () => ({ idle: true }),
    ({ idle }) => idle,
  );
  const kept = keyed.of('kept');
  kept.idle = false;
  for (let key = 1; key < 256; key += 1) keyed.of(`${key}`);
  expect(keyed.size).toBe(256);
  keyed.of('1');
  expect(keyed.size).toBe(256);
  keyed.of('one more');
  expect(keyed.size).toBe(2);
  expect(keyed.of('kept')).toBe(kept);
});

test('looking for idle keys comes seldom: when there are twice as many as were in use', () => {
  let looks = 0;
  const keyed = new Keyed(
    () => ({}),
    () => {
      looks += 1;
      return false;
    },
  );
  for (let key = 0; key < 2_000; key += 1) keyed.of(`${key}`);
  expect(looks).toBe(256 + 512 + 1_024);
  expect(keyed.size).toBe(2_000);
});

test('a schedule is idle when a new one would do the same', () => {
  const schedule = new GcraSchedule({ intervalMs: 100, burst: 2 });
  expect(schedule.isIdle(0)).toBe(true);
  schedule.reserve(0, () => 0);
  expect(schedule.isIdle(99)).toBe(false);
  expect(schedule.isIdle(100)).toBe(true);
  schedule.pause(50, 100);
  expect(schedule.isIdle(149)).toBe(false);
  expect(schedule.isIdle(150)).toBe(true);
});

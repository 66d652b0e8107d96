import { expect, test } from 'vitest';
import type { Timer } from './clock.ts';
import { AwakeLimits } from './awake-limits.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Notes how long each timer is asked for. */
class NotingClock extends VirtualClock {
  readonly asked: number[] = [];

  override timer(ms: number, callback: () => void): Timer {
    this.asked.push(ms);
    return super.timer(ms, callback);
  }
}

function setup(ms: number) {
  const clock = new NotingClock();
  const limits = new AwakeLimits(clock, ms);
  const fired: (readonly [string, number])[] = [];
  const start = (name: string) => limits.start({}, () => void fired.push([name, clock.monotonic()]));
  return { clock, fired, start };
}

test.each([
  [0.5, 0.5],
  [1_000, 1_000],
  [10_000, 1_000],
  [20_000, 1_000],
  [20_020, 1_001],
  [299_980, 14_999],
  [300_000, 15_000],
  [3_600_000, 15_000],
])('of %d ms the timer waits for a twentieth, between 1 s and 15 s: %d ms', async (ms, chunk) => {
  const { clock, fired, start } = setup(ms);
  start('a');
  expect(clock.asked).toEqual([chunk]);
  await clock.advance(ms);
  expect(fired).toEqual([['a', ms]]);
});

test.each([
  [2_000, true],
  [2_001, false],
])('a chunk that ends in a second and comes %d ms later was lived through: %s', async (ms, isOver) => {
  const { clock, fired, start } = setup(10_000);
  start('a');
  await clock.advance(9_000);
  await clock.pause(ms);
  expect(fired).toHaveLength(isOver ? 1 : 0);
  await clock.advance(1_000);
  expect(fired).toHaveLength(1);
});

test('two that are a millisecond apart pass a millisecond apart', async () => {
  const { clock, fired, start } = setup(1_000);
  start('a');
  await clock.advance(1);
  start('b');
  await clock.advance(1_000);
  expect(fired).toEqual([
    ['a', 1_000],
    ['b', 1_001],
  ]);
});

test.each([
  [[0], ['b', 'c']],
  [[1], ['a', 'c']],
  [[2], ['a', 'b']],
  [[2, 1], ['a']],
  [[1, 2], ['a']],
  [[0, 2], ['b']],
])('of three those that are not cancelled pass: without %j %j', async (cancelled, left) => {
  const { clock, fired, start } = setup(1_000);
  const all = ['a', 'b', 'c'].map((name) => start(name));
  for (const index of cancelled) all[index]?.cancel();
  await clock.advance(1_000);
  expect([fired.map(([name]) => name), clock.pending]).toEqual([left, 0]);
});

test('one that could pass any moment has no time left', async () => {
  const { clock, fired, start } = setup(1_000);
  const left: number[] = [];
  clock.timer(1_000, () => left.push(limit.leftMs));
  const limit = start('a');
  await clock.advance(1_000);
  expect([left, fired.length, limit.leftMs]).toEqual([[0], 1, 0]);
});

import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { LoopDelay } from './loop-delay.ts';

/** One value stands for all that the loop did since the last reset; 20 ms between two looks is no delay. */
function scene() {
  const clock = new VirtualClock();
  const histogram = {
    ms: 20,
    get max() {
      return this.ms * 1e6;
    },
    percentile() {
      return this.ms * 1e6;
    },
    reset() {
      this.ms = 20;
    },
  };
  const stopping = new AbortController();
  const delay = new LoopDelay(clock, histogram);
  const running = delay.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the test is over'));
    await running;
  };
  return { clock, histogram, delay, stop };
}

test('whoever reads the delay of the event loop takes nothing from who reads it next', async () => {
  const { clock, histogram, delay, stop } = scene();
  histogram.ms = 70;
  const first = delay.read();
  expect(first.p99).toBeCloseTo(0.05);
  expect(delay.read()).toEqual(first);
  await clock.advance(15_000);
  expect(histogram.ms).toBe(20);
  expect([delay.read(), delay.read()]).toEqual([first, first]);
  await stop();
});

test('a delay is seen by who comes once a minute, and is over after that', async () => {
  const { clock, histogram, delay, stop } = scene();
  await clock.advance(15_000);
  expect(delay.read()).toEqual({ p50: 0, p99: 0, max: 0 });
  histogram.ms = 520;
  // Its window is not complete yet.
  expect(delay.read().max).toBe(0);
  await clock.advance(15_000);
  for (let windows = 0; windows < 4; windows += 1) {
    expect(delay.read().max).toBeCloseTo(0.5);
    await clock.advance(15_000);
  }
  expect(delay.read().max).toBe(0);
  await stop();
});

test('what Node itself counts is a delay only beyond its own plan', () => {
  const { p50, p99, max } = new LoopDelay(new VirtualClock()).read();
  for (const seconds of [p50, p99, max]) expect(seconds).toBeGreaterThanOrEqual(0);
  expect(max).toBeLessThan(60);
});

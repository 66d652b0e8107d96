import { describe, expect, test } from 'vitest';
import { awakeTimer, VirtualClock } from './index.ts';
import type { AwakeTimer, TimerOptions } from './index.ts';

/** A clock that notes what timers it is asked for. */
class Noting extends VirtualClock {
  readonly asked: number[] = [];
  readonly options: (TimerOptions | undefined)[] = [];

  override timer(...args: Parameters<VirtualClock['timer']>): ReturnType<VirtualClock['timer']> {
    this.asked.push(args[0]);
    this.options.push(args[2]);
    return super.timer(...args);
  }
}

function armed(
  ms: number,
  options?: TimerOptions,
): { clock: Noting; timer: AwakeTimer; fired: () => number[] } {
  const clock = new Noting();
  const fired: number[] = [];
  const timer = awakeTimer(clock, ms, () => fired.push(clock.monotonic()), options);
  return { clock, timer, fired: () => fired };
}

describe('the chunks of a timer', () => {
  test.each([
    [-5, [0]],
    [0, [0]],
    [999, [999]],
    [1_000, [1_000]],
    [2_500, [1_000, 1_000, 500]],
    [20_000, Array<number>(20).fill(1_000)],
    [21_000, Array<number>(20).fill(1_050)],
    [300_000, Array<number>(20).fill(15_000)],
    [310_000, [...Array<number>(20).fill(15_000), 10_000]],
  ])('of %d ms are a twentieth, but 1 to 15 s', async (ms, chunks) => {
    const { clock, fired } = armed(ms);
    await clock.advance(Math.max(0, ms));
    expect([clock.asked, fired()]).toEqual([chunks, [Math.max(0, ms)]]);
  });

  test('all have the options of the timer; there are none by default', async () => {
    const { clock } = armed(2_000, { unref: true });
    await clock.advance(2_000);
    expect(clock.options).toEqual([{ unref: true }, { unref: true }]);
    expect(armed(1).clock.options).toEqual([{}]);
  });

  test('are not armed for less than a microsecond that is left by rounding', async () => {
    for (const [ms, early, chunks] of [
      [100, 0.000_5, 1],
      [0.001, 0.001, 1],
      [100, 0.002, 2],
      [100, 0.5, 2],
    ] as const) {
      const clock = new Noting();
      let fired = 0;
      let callback = (): void => undefined;
      clock.timer = (ms, fire) => {
        clock.asked.push(ms);
        callback = fire;
        return { cancel: () => undefined };
      };
      awakeTimer(clock, ms, () => (fired += 1));
      await clock.advance(ms - early);
      callback();
      expect([clock.asked.length, fired]).toEqual([chunks, chunks === 1 ? 1 : 0]);
    }
  });
});

describe('a chunk that fires late', () => {
  test('by exactly 1 s counts whole', async () => {
    const { clock, timer } = armed(60_000);
    await clock.pause(4_000);
    expect(timer.leftMs).toBe(56_000);
  });

  test('by more counts only up to its end, also before it has fired', async () => {
    const { clock, timer } = armed(60_000);
    const seen: number[] = [];
    // Due before the chunk, so that it runs first after the pause.
    clock.timer(1, () => seen.push(timer.leftMs));
    await clock.pause(4_001);
    expect([seen, timer.leftMs]).toEqual([[57_000], 57_000]);
  });

  test('at the end leaves exactly a second, and what was more stays', async () => {
    for (const [before, left] of [
      [57_000, 1_000],
      [55_500, 3_000],
    ] as const) {
      const { clock, timer, fired } = armed(60_000);
      await clock.advance(before);
      await clock.pause(10_000);
      expect([timer.leftMs, fired()]).toEqual([left, []]);
      await clock.advance(left);
      expect([timer.leftMs, fired()]).toEqual([0, [before + 10_000 + left]]);
    }
  });

  test('a second time ends it', async () => {
    const { clock, timer, fired } = armed(1_500);
    await clock.pause(5_000);
    expect([timer.leftMs, fired()]).toEqual([1_000, []]);
    await clock.pause(2_000);
    expect([timer.leftMs, fired()]).toEqual([1_000 - 1_000, [7_000]]);
  });
});

test('the grace is not used up by a late chunk that leaves exactly as much', async () => {
  const { clock, timer, fired } = armed(3_000);
  const left: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    await clock.pause(5_000);
    left.push(timer.leftMs);
  }
  expect([left, fired()]).toEqual([[2_000, 1_000, 1_000], []]);
  await clock.pause(5_000);
  expect(fired()).toEqual([20_000]);
});

test('what is left is told at any time', async () => {
  const { clock, timer } = armed(60_000);
  const left: number[] = [timer.leftMs];
  for (const ms of [1, 2_999, 500]) {
    await clock.advance(ms);
    left.push(timer.leftMs);
  }
  timer.restart();
  left.push(timer.leftMs);
  await clock.advance(10);
  left.push(timer.leftMs);
  timer.cancel();
  left.push(timer.leftMs);
  expect(left).toEqual([60_000, 59_999, 57_000, 56_500, 60_000, 59_990, 0]);
});

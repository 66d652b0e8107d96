import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock, VirtualClock } from './index.ts';

const DAY = 86_400_000;

describe('virtual clock', () => {
  test('fires timers in the order of their time, those of one time in the order in which they were set', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.timer(20, () => fired.push('late'));
    clock.timer(10, () => fired.push('first'));
    clock.timer(10, () => fired.push('second'));
    const cancelled = clock.timer(5, () => fired.push('cancelled'));
    cancelled.cancel();
    await clock.advance(15);
    expect(fired).toEqual(['first', 'second']);
    expect(clock.pending).toBe(1);
  });

  test('lets promises settle between two timers, and fires timers that were set on the way', async () => {
    const clock = new VirtualClock({ start: 1_000 });
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    };
    const done = work();
    await clock.advance(30);
    await done;
    expect(seen).toEqual([1_010, 1_020, 1_030]);
    expect(await clock.runNext()).toBe(false);
  });

  test('stepping the wall clock leaves monotonic time and timers alone', async () => {
    const clock = new VirtualClock({ start: 5_000 });
    let fired = false;
    clock.timer(100, () => (fired = true));
    clock.stepWall(-4_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(99);
    expect(fired).toBe(false);
    await clock.advance(1);
    expect(fired).toBe(true);
  });

  test('a pause moves all clocks and fires nothing before its end; a sleep as on Linux leaves monotonic time', async () => {
    const clock = new VirtualClock({ start: 5_000 });
    const fired: number[] = [];
    clock.timer(100, () => fired.push(clock.monotonic()));
    clock.timer(2_500, () => fired.push(clock.monotonic()));
    await clock.pause(2_000);
    expect([clock.now(), clock.monotonic(), clock.boot(), fired]).toEqual([7_000, 2_000, 2_000, [2_000]]);
    await clock.suspend(1_000);
    expect([clock.now(), clock.monotonic(), clock.boot(), fired]).toEqual([8_000, 2_000, 3_000, [2_000]]);
  });

  test('an aborted sleep rejects with the reason by identity and leaves neither timer nor listener', async () => {
    const clock = new VirtualClock();
    const reason = { why: 'enough' };
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000, { signal: controller.signal });
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(1_000, { signal: controller.signal })).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });
});

describe('system clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('D6: a wait above 2^31-1 ms is chained, never cut to 1 ms', async () => {
    vi.useFakeTimers();
    let fired = false;
    const timer = systemClock.timer(35 * DAY, () => (fired = true));
    await vi.advanceTimersByTimeAsync(34.9 * DAY);
    expect(fired).toBe(false);
    await vi.advanceTimersByTimeAsync(0.2 * DAY);
    expect(fired).toBe(true);
    timer.cancel();
  });

  test('a cancelled timer in the second link of its chain does not fire', async () => {
    vi.useFakeTimers();
    let fired = false;
    const timer = systemClock.timer(35 * DAY, () => (fired = true));
    await vi.advanceTimersByTimeAsync(30 * DAY);
    timer.cancel();
    await vi.advanceTimersByTimeAsync(30 * DAY);
    expect(fired).toBe(false);
  });

  test('never fires before the monotonic clock says so', async () => {
    for (let i = 0; i < 20; i += 1) {
      const due = systemClock.monotonic() + 1.5;
      await systemClock.sleep(1.5);
      expect(systemClock.monotonic()).toBeGreaterThanOrEqual(due);
    }
  });
});

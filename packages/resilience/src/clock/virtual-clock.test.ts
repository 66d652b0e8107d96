import { describe, expect, test } from 'vitest';
import { VirtualClock } from './index.ts';

const START = Date.UTC(2026, 0, 1);

function times(clock: VirtualClock): readonly number[] {
  return [clock.now() - START, clock.monotonic(), clock.boot()];
}

describe('the virtual clock', () => {
  test('begins with the year 2026, or where it is told to, and at 0', () => {
    expect(times(new VirtualClock())).toEqual([0, 0, 0]);
    expect(times(new VirtualClock({}))).toEqual([0, 0, 0]);
    expect(new VirtualClock({ start: 0 }).now()).toBe(0);
    expect(new VirtualClock({ start: 77 }).now()).toBe(77);
  });

  test('moves all clocks alike, to where timers are due and to the end', async () => {
    const clock = new VirtualClock();
    const seen: (readonly number[])[] = [];
    clock.timer(30, () => seen.push(times(clock)));
    await clock.advance(100);
    expect([seen, times(clock)]).toEqual([[[30, 30, 30]], [100, 100, 100]]);
    await clock.advance(0.5);
    expect(times(clock)).toEqual([100.5, 100.5, 100.5]);
    await clock.advance(-50);
    expect(times(clock)).toEqual([100.5, 100.5, 100.5]);
  });

  test('fires a timer at its time, not before, and one of a time that is past at once but never synchronously', async () => {
    const clock = new VirtualClock();
    await clock.advance(10);
    const fired: string[] = [];
    clock.timer(-5, () => fired.push(`past ${clock.monotonic()}`));
    clock.timer(20, () => fired.push(`future ${clock.monotonic()}`));
    expect(fired).toEqual([]);
    await clock.advance(0);
    expect(fired).toEqual(['past 10']);
    await clock.advance(19.9);
    expect(fired).toEqual(['past 10']);
    await clock.advance(0.1);
    expect(fired).toEqual(['past 10', 'future 30']);
  });

  test('fires by time first and then by the order in which timers were set', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['c', 3],
      ['a', 1],
      ['d', 3],
      ['b', 2],
      ['e', 3],
    ] as const) {
      clock.timer(ms, () => fired.push(name));
    }
    await clock.advance(5);
    expect(fired.join('')).toBe('abcde');
  });

  test('runs one timer at a time when it is asked to, and knows how many wait', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    clock.timer(20, () => fired.push(20));
    clock.timer(10, () => fired.push(10));
    const never = clock.timer(Number.POSITIVE_INFINITY, () => fired.push(0));
    expect(clock.pending).toBe(3);
    expect([await clock.runNext(), fired, clock.monotonic(), clock.pending]).toEqual([true, [10], 10, 2]);
    expect([await clock.runNext(), fired, clock.monotonic(), clock.pending]).toEqual([true, [10, 20], 20, 1]);
    expect([await clock.runNext(), clock.pending]).toEqual([false, 1]);
    never.cancel();
    never.cancel();
    expect([await clock.runNext(), clock.pending, clock.monotonic()]).toEqual([false, 0, 20]);
  });

  test('lets promises settle before the first timer and after each', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    void Promise.resolve().then(() => clock.timer(0, () => log.push('set by a promise')));
    await clock.runNext();
    expect(log).toEqual(['set by a promise']);
    void Promise.resolve().then(() => clock.timer(5, () => log.push('again')));
    await clock.advance(5);
    expect(log).toEqual(['set by a promise', 'again']);
    let slept = false;
    void clock.sleep(5).then(() => (slept = true));
    await clock.runNext();
    expect(slept).toBe(true);
  });

  test('asleep moves wall and boot time, and monotonic time only where it is told to', async () => {
    const clock = new VirtualClock();
    await clock.suspend(1_000);
    expect(times(clock)).toEqual([1_000, 0, 1_000]);
    await clock.suspend(1_000, { monotonic: false });
    expect(times(clock)).toEqual([2_000, 0, 2_000]);
    await clock.suspend(1_000, { monotonic: true });
    expect(times(clock)).toEqual([3_000, 1_000, 3_000]);
    await clock.pause(500);
    expect(times(clock)).toEqual([3_500, 1_500, 3_500]);
    clock.stepWall(-3_000);
    clock.stepWall(100);
    expect(times(clock)).toEqual([600, 1_500, 3_500]);
  });

  test('what was set before it sleeps settles first, and what fell due fires late, each once', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    void Promise.resolve().then(() => clock.timer(10, () => fired.push(clock.monotonic())));
    await clock.pause(100);
    expect([fired, times(clock)]).toEqual([[100], [100, 100, 100]]);
    await clock.advance(100);
    expect(fired).toEqual([100]);
  });

  test('settles as it is told, so that code without input and output need not wait for turns of the event loop', async () => {
    const log: string[] = [];
    const clock = new VirtualClock({
      settle: () => {
        log.push('settled');
        return Promise.resolve();
      },
    });
    clock.timer(5, () => log.push('fired'));
    await clock.runNext();
    expect(log).toEqual(['settled', 'fired', 'settled']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awakeTimer, VirtualClock } from './index.ts';

const HOUR = 3_600_000;

/** A timer, and the monotonic time at which it fired. */
function armed(ms: number): {
  clock: VirtualClock;
  timer: ReturnType<typeof awakeTimer>;
  firedAt: () => number | undefined;
} {
  const clock = new VirtualClock();
  let at: number | undefined;
  const timer = awakeTimer(clock, ms, () => {
    expect(at).toBeUndefined();
    at = clock.monotonic();
  });
  return { clock, timer, firedAt: () => at };
}

describe('a timer of time lived through', () => {
  test.each([0, 1, 999.5, 1_000, 59_999, 60_000, 15 * 60_000, 24 * HOUR])(
    'without gaps %d ms end exactly then, once',
    async (ms) => {
      const { clock, timer, firedAt } = armed(ms);
      expect(timer.leftMs).toBe(ms);
      await clock.advance(Math.max(0, ms - 0.5));
      if (ms > 0) expect(firedAt()).toBeUndefined();
      await clock.advance(1);
      expect(firedAt()).toBeCloseTo(ms, 3);
      expect([timer.leftMs, clock.pending]).toEqual([0, 0]);
    },
  );

  test.each([
    ['sleep that the monotonic clock counts', true, 8 * HOUR],
    ['sleep that it does not count', false, 8 * HOUR],
    ['a minute of SIGSTOP', true, 60_000],
  ])('%s takes at most a chunk of the time', async (_name, monotonic, gap) => {
    const { clock, timer, firedAt } = armed(60_000);
    await clock.advance(10_000);
    await clock.suspend(gap, { monotonic });
    expect(firedAt()).toBeUndefined();
    expect(timer.leftMs).toBeGreaterThanOrEqual(47_000);
    await clock.advance(47_000 - 1);
    expect(firedAt()).toBeUndefined();
    await clock.advance(3_001);
    expect(firedAt()).toBeDefined();
  });

  test('a gap in its last moments leaves it a second, but only once', async () => {
    const { clock, firedAt } = armed(60_000);
    await clock.advance(59_900);
    await clock.pause(60_000);
    expect(firedAt()).toBeUndefined();
    await clock.pause(60_000);
    expect(firedAt()).toBeDefined();
  });

  test('the second is given again after a restart', async () => {
    const { clock, timer, firedAt } = armed(60_000);
    await clock.advance(59_900);
    await clock.pause(60_000);
    timer.restart();
    await clock.advance(59_900);
    await clock.pause(60_000);
    expect([firedAt(), timer.leftMs]).toEqual([undefined, 1_000]);
  });

  test('a short one gets no more than its own length after a gap', async () => {
    const { clock, timer, firedAt } = armed(300);
    await clock.pause(5_000);
    expect([firedAt(), timer.leftMs]).toEqual([undefined, 300]);
    await clock.advance(300);
    expect(firedAt()).toBe(5_300);
  });

  test('ends even when the event loop is blocked all the time', async () => {
    const { clock, firedAt } = armed(10_000);
    for (let i = 0; i < 12; i += 1) await clock.pause(3_000);
    expect(firedAt()).toBeDefined();
  });

  test('up to a second late is not a gap', async () => {
    const { clock, firedAt } = armed(60_000);
    for (let i = 0; i < 15; i += 1) await clock.pause(3_900);
    await clock.advance(60_000 - 15 * 3_900);
    expect(firedAt()).toBe(60_000);
  });

  test('a restart gives the full time again, as often as wanted, with no timer more', async () => {
    const { clock, timer, firedAt } = armed(60_000);
    for (let i = 0; i < 100; i += 1) {
      await clock.advance(59_000);
      timer.restart();
      expect([timer.leftMs, clock.pending]).toEqual([60_000, 1]);
    }
    await clock.advance(59_999);
    expect(firedAt()).toBeUndefined();
    await clock.advance(1);
    expect(firedAt()).toBe(100 * 59_000 + 60_000);
    timer.restart();
    expect([timer.leftMs, clock.pending]).toEqual([0, 0]);
  });

  test('a restart in a chunk that is late already counts from the restart on', async () => {
    const { clock, timer, firedAt } = armed(60_000);
    // Something that runs before the late timer does, such as a timer that is due earlier.
    clock.timer(1, () => timer.restart());
    await clock.pause(HOUR);
    expect(timer.leftMs).toBe(60_000);
    await clock.advance(59_999);
    expect(firedAt()).toBeUndefined();
    await clock.advance(1);
    expect(firedAt()).toBe(HOUR + 60_000);
  });

  test('cancelled, it neither fires nor leaves a timer', async () => {
    const { clock, timer, firedAt } = armed(60_000);
    await clock.advance(30_000);
    timer.cancel();
    expect([timer.leftMs, clock.pending]).toEqual([0, 0]);
    await clock.advance(HOUR);
    expect(firedAt()).toBeUndefined();
  });

  test('needs few timers: one for a wait that ends soon, and at most 15 s of the wait for each further one', async () => {
    let timers = 0;
    class Counting extends VirtualClock {
      override timer(...args: Parameters<VirtualClock['timer']>): ReturnType<VirtualClock['timer']> {
        timers += 1;
        return super.timer(...args);
      }
    }
    const clock = new Counting();
    const timer = awakeTimer(clock, HOUR, () => {});
    await clock.advance(14_999);
    expect(timers).toBe(1);
    await clock.advance(HOUR);
    expect(timers).toBe(HOUR / 15_000);
    timer.cancel();
  });
});

test('whatever happens, it counts no less than the lived time and at most a chunk and a second for each gap', async () => {
  const step = fc.record({
    live: fc.integer({ min: 0, max: 40_000 }),
    gap: fc.integer({ min: 0, max: 200_000 }),
    monotonic: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120_000 }),
      fc.array(step, { maxLength: 8 }),
      async (ms, steps) => {
        const { clock, firedAt } = armed(ms);
        const chunk = Math.min(Math.max(ms / 20, 1_000), 15_000);
        let lived = 0;
        let gaps = 0;
        for (const { live, gap, monotonic } of steps) {
          await clock.advance(live);
          lived += live;
          if (firedAt() !== undefined) break;
          await clock.suspend(gap, { monotonic });
          gaps += 1;
          if (firedAt() !== undefined) break;
        }
        if (firedAt() === undefined) {
          expect(lived).toBeLessThanOrEqual(ms + gaps * 1_000);
        } else {
          expect(lived + gaps * (chunk + 1_000)).toBeGreaterThanOrEqual(ms);
        }
      },
    ),
    { numRuns: 60 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rateLimit } from './rate-limit.ts';
import type { Reservation } from './rate-limiter.ts';
import { MovableClock } from './testing/fake-clock.ts';

interface Held {
  readonly reservation: Reservation;
  readonly order: number;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve' as const), ms: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), ms: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(1_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.integer() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move' as const), ms: fc.oneof(fc.nat(300), fc.nat(20_000)) }),
  },
);
const SLACK_MS = 1e-3;

/** Every start, in the order of time, while calls are reserved, cancelled, paused and time passes. */
function play(
  options: { readonly limit: number; readonly per: number; readonly burst: number },
  steps: readonly { readonly kind: 'reserve' | 'cancel' | 'pause' | 'step' | 'move'; readonly ms: number }[],
): {
  readonly starts: { readonly at: number; readonly order: number }[];
  readonly kept: number;
  readonly spoilt: number;
} {
  const clock = new MovableClock();
  const limiter = rateLimit({ ...options, clock });
  const starts: { at: number; order: number }[] = [];
  let held: Held[] = [];
  let [asked, cancelled, pausedUntil, spoilt] = [0, 0, 0, 0];
  const startDue = (): void => {
    for (const { reservation, order } of held.filter((one) => one.reservation.waitMs === 0)) {
      starts.push({ at: clock.monotonic(), order });
      if (clock.monotonic() < pausedUntil - SLACK_MS) spoilt += 1;
      held = held.filter((one) => one.reservation !== reservation);
    }
  };
  const moveTo = (target: number): void => {
    for (;;) {
      startDue();
      const next = Math.min(...held.map(({ reservation }) => reservation.waitMs));
      if (clock.monotonic() + next > target) break;
      clock.move(next);
    }
    clock.move(target - clock.monotonic());
    startDue();
  };
  for (const { kind, ms } of steps) {
    if (kind === 'reserve') held.push({ reservation: limiter.reserve(), order: (asked += 1) });
    if (kind === 'pause') {
      limiter.pause(ms);
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + ms);
    }
    if (kind === 'step') clock.stepWall(ms);
    if (kind === 'move') moveTo(clock.monotonic() + ms);
    const victim = kind === 'cancel' ? held[ms] : undefined;
    if (victim === undefined) continue;
    victim.reservation.cancel();
    victim.reservation.cancel();
    cancelled += 1;
    held = held.filter((one) => one !== victim);
  }
  moveTo(1e9);
  return { starts, kept: asked - cancelled, spoilt };
}

const rates = fc.record({
  limit: fc.integer({ min: 1, max: 7 }),
  per: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 4 }),
});
const numRuns = process.env['HOLDFAST_TEST_FULL'] === '1' ? 5_000 : 150;

test('in any time t at most burst + t · limit / per calls start, none in a pause, and none is lost', () => {
  fc.assert(
    fc.property(rates, fc.array(step, { maxLength: 60 }), (options, steps) => {
      const { starts, kept, spoilt } = play(options, steps);
      expect(starts).toHaveLength(kept);
      expect(spoilt).toBe(0);
      const interval = options.per / options.limit;
      for (let first = 0; first < starts.length; first += 1) {
        for (let last = first; last < starts.length; last += 1) {
          const elapsed = (starts[last]?.at ?? 0) - (starts[first]?.at ?? 0);
          expect(last - first + 1).toBeLessThanOrEqual(options.burst + (elapsed + SLACK_MS) / interval);
        }
      }
    }),
    { numRuns },
  );
});

test('without a cancel they start in the order of asking', () => {
  fc.assert(
    fc.property(
      rates,
      fc.array(
        step.filter(({ kind }) => kind !== 'cancel'),
        { maxLength: 40 },
      ),
      (options, steps) => {
        const order = play(options, steps).starts.map((start) => start.order);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      },
    ),
    { numRuns },
  );
});

test('callers who are always there use the whole rate, whatever is cancelled', () => {
  fc.assert(
    fc.property(rates, fc.array(fc.nat(9), { maxLength: 20 }), (options, cancels) => {
      const clock = new MovableClock();
      const limiter = rateLimit({ ...options, clock });
      const held = Array.from({ length: 10 }, () => limiter.reserve());
      for (const index of cancels) {
        held[index]?.cancel();
        held[index] = limiter.reserve();
      }
      const ends = held.map(({ waitMs }) => waitMs).toSorted((a, b) => a - b);
      const interval = options.per / options.limit;
      ends.forEach((wait, index) => {
        expect(wait).toBeCloseTo(Math.max(0, index - options.burst + 1) * interval, 3);
      });
    }),
    { numRuns },
  );
});

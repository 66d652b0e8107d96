import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeTick } from './index.ts';
import type { Readings, TimeEvent } from './index.ts';

const HOUR = 3_600_000;
const START: Readings = { wall: Date.UTC(2026, 0, 1), monotonic: 5_000, boot: 90_000, cpuMs: 300 };

function after(moved: Partial<Readings>): Readings {
  const { wall = 1_000, monotonic = 1_000, boot = 1_000, cpuMs = 20 } = moved;
  return {
    wall: START.wall + wall,
    monotonic: START.monotonic + monotonic,
    boot: START.boot + boot,
    cpuMs: START.cpuMs + cpuMs,
  };
}

/** What is judged, without the time at which it was noticed. */
function judged(platform: string, moved: Partial<Readings>): Omit<TimeEvent, 'at'>[] {
  return judgeTick(START, after(moved), 1_000, platform).map(({ at, ...rest }) => {
    expect(at).toBe(START.wall + (moved.wall ?? 1_000));
    return rest;
  });
}

describe('one tick', () => {
  test('on Linux sleep is what boot time counts and monotonic time does not', () => {
    const slept = { wall: 1_000 + 8 * HOUR, boot: 1_000 + 8 * HOUR };
    expect(judged('linux', slept)).toEqual([{ type: 'suspend', lostMs: 8 * HOUR }]);
  });

  test.each([
    ['darwin', 29_000, 'pause'],
    ['win32', 31_000, 'suspend'],
    ['darwin', 8 * HOUR, 'suspend'],
    ['linux', 8 * HOUR, 'pause'],
  ])('on %s an idle gap of %d ms that all clocks count is a %s', (platform, gap, type) => {
    const moved = 1_000 + gap;
    expect(judged(platform, { wall: moved, monotonic: moved, boot: moved })).toEqual([{ type, lostMs: gap }]);
  });

  test.each(['linux', 'darwin', 'win32'])('on %s a gap that was spent computing is a block', (platform) => {
    // Measured: a blocked loop on a busy machine, and a stopped process.
    const block = { wall: 2_205, monotonic: 2_205, boot: 2_200, cpuMs: 985 };
    expect(judged(platform, block)).toEqual([{ type: 'block', lostMs: 1_205 }]);
    const stop = { wall: 2_336, monotonic: 2_336, boot: 2_330, cpuMs: 0 };
    expect(judged(platform, stop)).toEqual([{ type: 'pause', lostMs: 1_336 }]);
  });

  test.each([2 * HOUR, -2 * HOUR, 500, -500])('a wall clock stepped by %d ms is a step', (deltaMs) => {
    for (const platform of ['linux', 'darwin', 'win32']) {
      expect(judged(platform, { wall: 1_000 + deltaMs })).toEqual([{ type: 'step', deltaMs }]);
    }
  });

  test.each(['darwin', 'win32'])('on %s coarse boot time is no event', (platform) => {
    for (const boot of [0, 2_000, 3 * HOUR]) expect(judged(platform, { boot })).toEqual([]);
  });

  test('a wall clock set while the machine slept is told beside the sleep', () => {
    const moved = { wall: 1_000 + 8 * HOUR - 2 * HOUR, boot: 1_000 + 8 * HOUR };
    const both = [
      { type: 'suspend', lostMs: 8 * HOUR },
      { type: 'step', deltaMs: -2 * HOUR },
    ];
    expect(judged('linux', moved)).toEqual(both);
    expect(judged('darwin', { ...moved, monotonic: 1_000 + 8 * HOUR })).toEqual(both);
  });

  test('sleep and a stop in one tick are told apart on Linux', () => {
    expect(judged('linux', { wall: 66_000, monotonic: 6_000, boot: 66_000 })).toEqual([
      { type: 'suspend', lostMs: 60_000 },
      { type: 'pause', lostMs: 5_000 },
    ]);
  });
});

interface Plan {
  readonly platform: string;
  readonly lateMs: number;
  readonly slew: number;
  readonly cpuShare: number;
  readonly gap: 'none' | 'suspend' | 'pause' | 'block';
  readonly gapMs: number;
  readonly stepMs: number;
}

const step = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 300, max: 2 * HOUR }),
  fc.integer({ min: -2 * HOUR, max: -300 }),
);
const plan: fc.Arbitrary<Plan> = fc.record({
  platform: fc.constantFrom('linux', 'darwin', 'win32'),
  lateMs: fc.integer({ min: 0, max: 300 }),
  slew: fc.double({ min: -0.0005, max: 0.0005, noNaN: true }),
  cpuShare: fc.double({ min: 0, max: 0.1, noNaN: true }),
  gap: fc.constantFrom('none', 'suspend', 'pause', 'block'),
  gapMs: fc.integer({ min: 2_000, max: 25_000 }),
  stepMs: step,
});

/** A simulated machine: what its clocks show after each plan, boot time in the steps of its platform. */
function played(plans: readonly Plan[]): { readings: Readings[]; expected: string[][] } {
  const real = { ...START };
  const readings: Readings[] = [START];
  const expected: string[][] = [];
  for (const { platform, lateMs, slew, cpuShare, gap, gapMs, stepMs } of plans) {
    const awake = 1_000 + lateMs + (gap === 'pause' || gap === 'block' ? gapMs : 0);
    const asleep = gap === 'suspend' ? gapMs * 100 : 0;
    const all = awake + asleep;
    real.wall += all * (1 + slew) + stepMs;
    real.monotonic += platform === 'linux' ? awake : all;
    real.boot += all;
    real.cpuMs += gap === 'block' ? awake * 0.8 : (1_000 + lateMs) * cpuShare;
    readings.push({ ...real, boot: Math.floor(real.boot / 10) * 10 });
    expected.push([
      ...(gap === 'none' ? [] : [gap]),
      ...(Math.abs(stepMs) > 250 + 0.002 * all ? ['step'] : []),
    ]);
  }
  return { readings, expected };
}

test('each gap and step is told as what it was; slewing, 10 ms steps of boot time and late ticks are not', () => {
  const told = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(plan, { minLength: 1, maxLength: 20 }), (plans) => {
      // A step that is lost in the tolerance after a long sleep may be told or not: leave it out.
      const clear = plans.filter(({ gap, gapMs, stepMs }) => {
        const all = 1_300 + (gap === 'none' ? 0 : gap === 'suspend' ? gapMs * 100 : gapMs);
        return stepMs === 0 || Math.abs(stepMs) > 260 + 0.002 * all;
      });
      const { readings, expected } = played(clear);
      clear.forEach((one, index) => {
        const events = judgeTick(readings[index] ?? START, readings[index + 1] ?? START, 1_000, one.platform);
        expect(events.map(({ type }) => type)).toEqual(expected[index]);
        for (const event of events) {
          told.set(event.type, (told.get(event.type) ?? 0) + 1);
          if (event.type === 'step') continue;
          const lost = one.gap === 'suspend' ? one.gapMs * 100 : one.gapMs;
          expect(Math.abs(event.lostMs - lost)).toBeLessThanOrEqual(310);
        }
      });
    }),
  );
  for (const type of ['suspend', 'pause', 'block', 'step']) expect(told.get(type), type).toBeGreaterThan(20);
});

test('a wall clock that is slewed for a day is never told, tick by tick', () => {
  let before = START;
  const told: TimeEvent[] = [];
  for (let tick = 0; tick < 86_400; tick += 1) {
    const now = { ...before, wall: before.wall + 1_000.5, monotonic: before.monotonic + 1_000 };
    const next = { ...now, boot: Math.floor((now.monotonic + 85_000) / 10) * 10 };
    told.push(...judgeTick(before, next, 1_000, 'linux'));
    before = next;
  }
  expect(before.wall - START.wall).toBe(86_400 * 1_000.5);
  expect(told).toEqual([]);
});

import { describe, expect, onTestFinished, test } from 'vitest';
import { awakeTimer, VirtualClock } from '../../clock/index.ts';
import type { AwakeTimer } from '../../clock/index.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { SleepWitness } from './sleep-witness.ts';
import type { LivedTimer, TimeMark } from './sleep-witness.ts';

/** Counts how often boot time is read. */
class CountedClock extends VirtualClock {
  boots = 0;
  override boot(): number {
    this.boots += 1;
    return super.boot();
  }
}

function begin(witness: SleepWitness, clock: VirtualClock): TimeMark {
  const at = clock.monotonic();
  return { at, aheadMs: witness.mark(at) };
}

function limited(clock: VirtualClock, limitMs: number): LivedTimer & { readonly timer: AwakeTimer } {
  return { timer: awakeTimer(clock, limitMs, () => {}), limitMs };
}

describe('on Linux, where monotonic time stands still in sleep', () => {
  test('a sleep of 500 ms within an attempt is seen, exactly; one of 499 ms is not', async () => {
    for (const [sleptMs, lostMs] of [
      [8 * 3_600_000, 8 * 3_600_000],
      [500, 500],
      [499, 0],
    ] as const) {
      const clock = new VirtualClock();
      await clock.advance(5_000);
      const witness = new SleepWitness(clock, 'linux');
      const mark = begin(witness, clock);
      await clock.advance(300);
      await clock.suspend(sleptMs);
      await clock.advance(300);
      expect(witness.lostMs(mark)).toBe(lostMs);
    }
  });

  test('all attempts that were under way see it, and none that begins 1 s later', async () => {
    const clock = new VirtualClock();
    const witness = new SleepWitness(clock, 'linux');
    const first = begin(witness, clock);
    await clock.advance(10_000);
    const second = begin(witness, clock);
    await clock.suspend(60_000);
    expect(witness.lostMs(first)).toBe(60_000);
    expect(witness.lostMs(second)).toBe(60_000);
    const third = begin(witness, clock);
    expect(witness.lostMs(third)).toBe(0);
    expect(witness.lostMs(first)).toBe(60_000);
  });

  test('a sleep that ended less than 1 s of monotonic time before the attempt counts, an earlier one does not', async () => {
    for (const [gap, lostMs] of [
      [999, 60_000],
      [1_000, 0],
    ] as const) {
      const clock = new VirtualClock();
      const witness = new SleepWitness(clock, 'linux');
      begin(witness, clock);
      await clock.suspend(60_000);
      await clock.advance(gap);
      const mark = begin(witness, clock);
      expect(witness.lostMs(mark)).toBe(lostMs);
    }
  });

  test('calls read boot time at most once a second, failures each time', async () => {
    const clock = new CountedClock();
    const witness = new SleepWitness(clock, 'linux');
    for (let call = 0; call < 1_000; call += 1) {
      begin(witness, clock);
      if (call % 100 === 99) await clock.advance(250);
    }
    expect(clock.boots).toBe(3);
    const mark = begin(witness, clock);
    expect(clock.boots).toBe(3);
    witness.lostMs(mark);
    witness.lostMs(mark);
    expect(clock.boots).toBe(5);
    await clock.advance(999);
    begin(witness, clock);
    expect(clock.boots).toBe(5);
  });

  test('a wall clock that steps is no sleep', async () => {
    for (const stepMs of [3_600_000, -7_200_000]) {
      const clock = new VirtualClock();
      const witness = new SleepWitness(clock, 'linux');
      const mark = begin(witness, clock);
      const lived = limited(clock, 60_000);
      clock.stepWall(stepMs);
      await clock.advance(10_000);
      expect(witness.lostMs(mark, lived)).toBe(0);
    }
  });
});

describe.each(['darwin', 'win32'])('on %s, where monotonic time goes on in sleep', (platform) => {
  test('the timer of the attempt tells it, as nearly as its chunks do', async () => {
    const clock = new VirtualClock();
    const witness = new SleepWitness(clock, platform);
    await clock.advance(2_000);
    const mark = begin(witness, clock);
    const lived = limited(clock, 60_000);
    await clock.advance(7_500);
    await clock.suspend(3_600_000, { monotonic: true });
    await clock.advance(1_000);
    // The chunk of 3 s in which it fell asleep counts whole.
    expect(witness.lostMs(mark, lived)).toBe(3_600_000 - 1_500);
  });

  test('without a timer nothing is known, and boot time is never read', async () => {
    const clock = new CountedClock();
    const witness = new SleepWitness(clock, platform);
    const mark = begin(witness, clock);
    await clock.suspend(3_600_000, { monotonic: true });
    expect(witness.lostMs(mark)).toBe(0);
    expect([mark.aheadMs, clock.boots]).toEqual([0, 0]);
  });
});

describe('a process that stood still', () => {
  test.each([
    [6_000, 5_000],
    [5_999, 0],
  ])(
    'for %i ms, of which its timer slept through all but the last second, lost %i ms',
    async (ms, lostMs) => {
      const clock = new VirtualClock();
      const witness = new SleepWitness(clock, 'linux');
      const mark = begin(witness, clock);
      const lived = limited(clock, 20_000);
      await clock.pause(ms);
      await clock.advance(3_000);
      expect(witness.lostMs(mark, lived)).toBe(lostMs);
    },
  );

  test('loses nothing by long work without a gap, nor by a limit that passed or was taken back', async () => {
    const clock = new VirtualClock();
    const witness = new SleepWitness(clock, 'linux');
    const mark = begin(witness, clock);
    const lived = limited(clock, 60_000);
    await clock.advance(59_999);
    expect(witness.lostMs(mark, lived)).toBe(0);
    await clock.advance(1);
    expect(witness.lostMs(mark, lived)).toBe(0);
    const taken = limited(clock, 60_000);
    const second = begin(witness, clock);
    await clock.advance(100);
    taken.timer.cancel();
    expect(witness.lostMs(second, taken)).toBe(0);
  });

  test('both kinds of loss add up', async () => {
    const clock = new VirtualClock();
    const witness = new SleepWitness(clock, 'linux');
    const mark = begin(witness, clock);
    const lived = limited(clock, 20_000);
    await clock.pause(11_000);
    await clock.suspend(60_000);
    expect(witness.lostMs(mark, lived)).toBe(10_000 + 60_000);
  });
});

test('on macOS boot time of the system clock is not read, that of any other clock is', async () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform');
  onTestFinished(() => void Object.defineProperty(process, 'platform', platform ?? {}));
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
  expect(new SleepWitness(systemClock).mark(systemClock.monotonic())).toBe(0);
  const clock = new VirtualClock();
  await clock.suspend(60_000);
  expect(new SleepWitness(clock).mark(clock.monotonic())).toBe(60_000);
});

test('the platform of the process counts for the system clock alone: a virtual clock behaves as Linux does', async () => {
  const clock = new VirtualClock();
  const witness = new SleepWitness(clock);
  const mark = begin(witness, clock);
  await clock.suspend(60_000);
  expect(witness.lostMs(mark)).toBe(60_000);
  const real = new SleepWitness(systemClock);
  const at = systemClock.monotonic();
  const ahead = real.mark(at);
  expect(Math.abs(ahead - (process.platform === 'linux' ? systemClock.boot() - at : 0))).toBeLessThan(5_000);
  expect(real.lostMs({ at, aheadMs: ahead })).toBe(0);
});

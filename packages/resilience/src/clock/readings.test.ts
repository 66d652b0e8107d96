import { expect, test, vi } from 'vitest';
import { VirtualClock } from './index.ts';
import { processCpuMs, readClocks } from './readings.ts';

/** A machine that is busy for 700 ms before it tells the wall time, `times` times. */
class Interrupted extends VirtualClock {
  readonly #busy: { times: number; ms: number };

  constructor(times: number) {
    super();
    this.#busy = { times, ms: 0 };
  }

  get interruptionsLeft(): number {
    return this.#busy.times;
  }

  override now(): number {
    if (this.#busy.times > 0) {
      this.#busy.times -= 1;
      this.#busy.ms += 700;
    }
    return super.now() + this.#busy.ms;
  }

  override monotonic(): number {
    return super.monotonic() + this.#busy.ms;
  }

  override boot(): number {
    return super.boot() + this.#busy.ms;
  }
}

test('clocks that were not read at one moment are read again, but not for ever', () => {
  const busy = new Interrupted(2);
  expect(readClocks(busy, () => 7)).toEqual({
    wall: busy.now(),
    monotonic: busy.monotonic(),
    boot: busy.boot(),
    cpuMs: 7,
  });
  expect(busy.interruptionsLeft).toBe(0);
  const hopeless = new Interrupted(Number.POSITIVE_INFINITY);
  expect(readClocks(hopeless, () => 7).cpuMs).toBe(7);
});

test('processor time of this process grows with work', () => {
  const before = processCpuMs();
  for (let rounds = 0; processCpuMs() === before && rounds < 1e8; rounds += 1);
  expect(processCpuMs()).toBeGreaterThan(before);
});

/** A clock whose reading takes so long each time. */
class Slow extends VirtualClock {
  readings = 0;
  readonly #eachMs: number;

  constructor(eachMs: number) {
    super();
    this.#eachMs = eachMs;
  }

  override now(): number {
    this.readings += 1;
    return super.now();
  }

  override monotonic(): number {
    return super.monotonic() + this.readings * this.#eachMs;
  }
}

test('up to 5 ms are one moment; beyond it five tries are made', () => {
  for (const [eachMs, tries] of [
    [0, 1],
    [5, 1],
    [5.001, 5],
  ] as const) {
    const clock = new Slow(eachMs);
    expect(readClocks(clock, () => 0).monotonic).toBe((tries - 1) * eachMs);
    expect(clock.readings).toBe(tries);
  }
});

test('processor time is that of user and system together, in ms', () => {
  const spy = vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 1_500, system: 2_250 });
  expect(processCpuMs()).toBe(3.75);
  spy.mockRestore();
});

import type { Clock } from './clock.ts';

/** All clocks, read at one moment; in ms. */
export interface Readings {
  readonly wall: number;
  readonly monotonic: number;
  readonly boot: number;
  /** Processor time that this process has used since its start, all threads together. */
  readonly cpuMs: number;
}

const ONE_MOMENT_MS = 5;
const TRIES = 5;

/** Reads all clocks; again when something came between two readings, so that they never seem to have drifted apart. */
export function readClocks(clock: Clock, cpuMs: () => number): Readings {
  for (let left = TRIES; ; left -= 1) {
    const monotonic = clock.monotonic();
    const readings = { wall: clock.now(), monotonic, boot: clock.boot(), cpuMs: cpuMs() };
    if (left <= 1 || clock.monotonic() - monotonic <= ONE_MOMENT_MS) return readings;
  }
}

/** Processor time of this process in ms, user and system. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

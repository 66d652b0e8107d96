import type { Clock } from './clock.ts';

/** Clocks drift, and boot time comes in steps of up to 1 s: less than this between two clocks is no sleep. */
const NOTICED_MS = 2_000;

/**
 * A function that gives milliseconds from an arbitrary origin: time that passed, sleep of the machine included,
 * which monotonic time leaves out on Linux. Steps of the wall clock do not move it, and it never runs backwards.
 * Cheap: the slow clock (boot) is read only when wall time and monotonic time moved apart.
 */
export function elapsed(clock: Clock): () => number {
  let slept = 0;
  let bootLead = clock.boot() - clock.monotonic();
  let wallLead = clock.now() - clock.monotonic();
  return () => {
    const monotonic = clock.monotonic();
    const lead = clock.now() - monotonic;
    if (Math.abs(lead - wallLead) > NOTICED_MS) {
      wallLead = lead;
      const sleep = clock.boot() - monotonic - bootLead;
      if (sleep > NOTICED_MS) {
        slept += sleep;
        bootLead += sleep;
      }
    }
    return monotonic + slept;
  };
}

import type { Clock } from '@holdfast/resilience/clock';

/**
 * The same clock for a part that looks at something every second or so: it looks every `leastMs` instead, since a year
 * has 31 million seconds. Waits that are longer stay as they are.
 */
export function coarseClock(clock: Clock, leastMs: number): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    boot: () => clock.boot(),
    sleep: (ms, options) => clock.sleep(Math.max(ms, leastMs), options),
    timer: (ms, callback, options) => clock.timer(ms, callback, options),
  };
}

import { uptime } from 'node:os';
import type { Clock, Timer, TimerOptions } from './clock.ts';
import { sleepOn } from './sleep.ts';

/** Node sets a longer `setTimeout` to 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of `performance.now()`, whose module would cost every process that only needs the time 3 MB. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

function timer(ms: number, callback: () => void, options: TimerOptions = {}): Timer {
  const due = monotonic() + Math.max(0, ms);
  let handle: NodeJS.Timeout;
  const arm = (): void => {
    const left = Math.ceil(due - monotonic());
    handle = setTimeout(fire, Math.min(Math.max(left, 0), LONGEST_TIMEOUT_MS));
    if (options.unref === true) handle.unref();
  };
  const fire = (): void => {
    // Timers may fire up to 1 ms early, and a long wait is a chain of shorter ones.
    if (monotonic() < due) arm();
    else callback();
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/** The real clock. How its times behave while the machine sleeps is said at `Clock`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
  boot: () => uptime() * 1_000,
  sleep: (ms, options) => sleepOn(systemClock, ms, options),
  timer,
};

import { uptime } from 'node:os';
import type { Clock, Timer, TimerOptions } from './clock.ts';
import { sleepOn } from './sleep.ts';

/** Node sets a longer `setTimeout` to 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

function timer(ms: number, callback: () => void, options: TimerOptions = {}): Timer {
  const due = performance.now() + Math.max(0, ms);
  let handle: NodeJS.Timeout;
  const arm = (): void => {
    const left = Math.ceil(due - performance.now());
    handle = setTimeout(fire, Math.min(Math.max(left, 0), LONGEST_TIMEOUT_MS));
    if (options.unref === true) handle.unref();
  };
  const fire = (): void => {
    // Timers may fire up to 1 ms early, and a long wait is a chain of shorter ones.
    if (performance.now() < due) arm();
    else callback();
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/** The real clock. How its times behave while the machine sleeps is said at `Clock`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  boot: () => uptime() * 1_000,
  sleep: (ms, options) => sleepOn(systemClock, ms, options),
  timer,
};

import { RollingCounts } from './rolling-counts.ts';
import type { CountWindow, TimeWindow } from './windows.ts';

/** What a closed circuit remembers of its calls, in constant memory. */
export interface Tally {
  /** Counts a call; true when there is evidence enough to open the circuit. A fast success never opens one. */
  add(failed: boolean, slow: boolean): boolean;
  /** Forgets everything. */
  clear(): void;
}

/** The calls in a window. */
export interface WindowCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** A tally with a window, whose counts can be read. */
export interface WindowTally extends Tally {
  counts(): WindowCounts;
}

/** Opens after so many failures in a row. */
export function rowTally(failures: number): Tally {
  let inRow = 0;
  return {
    add: (failed) => {
      inRow = failed ? inRow + 1 : 0;
      return inRow >= failures;
    },
    clear: () => {
      inRow = 0;
    },
  };
}

const FAILED = 1;
const SLOW = 2;

/** The last so many calls in a ring, a byte each, with running sums. */
export function countTally(window: CountWindow, slowRate: number): WindowTally {
  const ring = new Uint8Array(window.calls);
  let [next, calls, failures, slowCalls] = [0, 0, 0, 0];
  return {
    add: (failed, slow) => {
      // A slot that was never used holds 0, and so takes nothing away.
      const oldest = ring[next] ?? 0;
      failures += (failed ? 1 : 0) - (oldest & FAILED);
      slowCalls += (slow ? 1 : 0) - (oldest & SLOW) / SLOW;
      ring[next] = (failed ? FAILED : 0) + (slow ? SLOW : 0);
      next = (next + 1) % window.calls;
      calls = Math.min(calls + 1, window.calls);
      return (failed || slow) && tooBad({ calls, failures, slow: slowCalls }, window, slowRate);
    },
    clear: () => {
      ring.fill(0);
      [next, calls, failures, slowCalls] = [0, 0, 0, 0];
    },
    counts: () => ({ calls, failures, slow: slowCalls }),
  };
}

const CALLS = 0;
const FAILURES = 1;
const SLOW_CALLS = 2;

/** The calls of the last while. `now`: elapsed time, in ms. */
export function timeTally(window: TimeWindow, slowRate: number, now: () => number): WindowTally {
  const rolling = new RollingCounts(window, 3, now);
  const counts = (): WindowCounts => ({
    calls: rolling.sum(CALLS),
    failures: rolling.sum(FAILURES),
    slow: rolling.sum(SLOW_CALLS),
  });
  return {
    add: (failed, slow) => {
      rolling.move();
      rolling.add(CALLS);
      if (failed) rolling.add(FAILURES);
      if (slow) rolling.add(SLOW_CALLS);
      return (failed || slow) && tooBad(counts(), window, slowRate);
    },
    clear: () => rolling.clear(),
    counts: () => {
      rolling.move();
      return counts();
    },
  };
}

function tooBad(
  { calls, failures, slow }: WindowCounts,
  { minimum, failureRate }: CountWindow | TimeWindow,
  slowRate: number,
): boolean {
  return calls >= minimum && (exceeds(failures, calls, failureRate) || exceeds(slow, calls, slowRate));
}

/** A quotient is compared, not a product: 29 of 100 is not more than 0.29, but 0.29 * 100 is below 29. */
function exceeds(part: number, calls: number, rate: number): boolean {
  return part / calls > rate || part === calls;
}

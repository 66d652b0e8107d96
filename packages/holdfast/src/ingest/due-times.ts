import type { Clock } from '@holdfast/resilience/clock';
import type { Window } from '../model/window.ts';

interface Anchor {
  readonly nextAt: number;
  /** By the boot clock, which counts sleep and never steps. */
  readonly due: number;
}

/**
 * When windows and gaps are due, whatever happens to the wall clock. What the store keeps is wall time; each such
 * time is placed on the boot clock when it is first seen, within the longest wait that its kind can have. It is due
 * as soon as either clock says so: a step forward asks early, once, and a step back never waits longer than planned.
 */
export class DueTimes {
  readonly #clock: Clock;
  readonly #anchors = new Map<string, Anchor>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The wall ms at which `key` is due now; null = at once. `longestMs`: no plan reaches further from now. */
  dueAt(key: string, nextAt: number | null, longestMs: number): number | null {
    if (nextAt === null) {
      this.#anchors.delete(key);
      return null;
    }
    const now = this.#clock.now();
    const boot = this.#clock.boot();
    let anchor = this.#anchors.get(key);
    if (anchor?.nextAt !== nextAt) {
      anchor = { nextAt, due: boot + Math.min(nextAt - now, longestMs) };
      this.#anchors.set(key, anchor);
    }
    return Math.min(nextAt, Math.ceil(now + anchor.due - boot));
  }

  /** Forgets what is no longer there. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#anchors.keys()) if (!keys.has(key)) this.#anchors.delete(key);
  }
}

const DAY_MS = 86_400_000;

/** No wait of a window is longer: the tail's is its poll plan's, a gap's a day, a day that has not come yet some days. */
export function longestWait({ to }: Pick<Window, 'to'>, pollMs: number): number {
  return to === null ? Math.max(pollMs, DAY_MS) : 4 * DAY_MS;
}

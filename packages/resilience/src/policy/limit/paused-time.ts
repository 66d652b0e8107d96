/** A nanosecond: less is what sums of fractions leave over, and nothing to set a timer for. */
const NOTHING_MS = 1e-6;

/**
 * Time that stands still during pauses: what is planned in it is put off by a pause and keeps its distances. `at` maps
 * real (monotonic) ms to it, `waitMs` says how long until it shows a given value.
 */
export class PausedTime {
  #until = Number.NEGATIVE_INFINITY;
  /** Length of all pauses so far, with what is to come of the present one. */
  #lost = 0;

  at(now: number): number {
    return Math.max(now, this.#until) - this.#lost;
  }

  /** Ms from `now` until this time shows `value` and runs. */
  waitMs(value: number, now: number): number {
    const left = Math.max(value + this.#lost, this.#until) - now;
    return left < NOTHING_MS ? 0 : left;
  }

  /** Stands still until `now + ms`; only ever later than before. */
  pause(ms: number, now: number): void {
    const from = Math.max(now, this.#until);
    const until = Math.max(now + ms, from);
    this.#lost += until - from;
    this.#until = until;
  }

  runs(now: number): boolean {
    return now >= this.#until;
  }
}

/**
 * Sums of a few counters over the last while, as counts per bucket in a ring, in constant memory. Call `move`
 * before `add` and `sum`.
 */
export class RollingCounts {
  readonly #buckets: number;
  readonly #counters: number;
  readonly #widthMs: number;
  readonly #now: () => number;
  /** One bucket after the other, each with its counters. */
  readonly #ring: Float64Array;
  readonly #sums: Float64Array;
  /** Number of the bucket for the present, counted from time 0. */
  #newest: number;

  /**
   * @param window how far it looks back, up to a bucket less at its beginning.
   * @param now elapsed time, in ms.
   */
  constructor(
    window: { readonly lengthMs: number; readonly buckets: number },
    counters: number,
    now: () => number,
  ) {
    this.#buckets = window.buckets;
    this.#counters = counters;
    this.#widthMs = window.lengthMs / window.buckets;
    this.#now = now;
    this.#ring = new Float64Array(window.buckets * counters);
    this.#sums = new Float64Array(counters);
    this.#newest = this.#present();
  }

  add(counter: number, amount = 1): void {
    const at = this.#slot(this.#newest) + counter;
    this.#ring[at] = (this.#ring[at] ?? 0) + amount;
    this.#sums[counter] = (this.#sums[counter] ?? 0) + amount;
  }

  sum(counter: number): number {
    return this.#sums[counter] ?? 0;
  }

  clear(): void {
    this.#ring.fill(0);
    this.#sums.fill(0);
  }

  /** Empties the buckets that time has left behind: one, several, or after a long pause all of them. */
  move(): void {
    const present = this.#present();
    const behind = present - this.#newest;
    this.#newest = present;
    // Were time ever to run backwards, all is forgotten rather than kept for ever.
    const left = behind < 0 ? this.#buckets : Math.min(behind, this.#buckets);
    for (let step = 0; step < left; step += 1) this.#empty(this.#slot(present - step + this.#buckets));
  }

  #empty(slot: number): void {
    for (let counter = 0; counter < this.#counters; counter += 1) {
      const at = slot + counter;
      this.#sums[counter] = (this.#sums[counter] ?? 0) - (this.#ring[at] ?? 0);
      this.#ring[at] = 0;
    }
  }

  #present(): number {
    return Math.floor(this.#now() / this.#widthMs);
  }

  /** Where a bucket begins in the ring. Time, and so its number, is never negative. */
  #slot(bucket: number): number {
    return (bucket % this.#buckets) * this.#counters;
  }
}

/** Tokens that time brings back, counted in the milliseconds that they take to grow: so sums of time stay exact. */
export class Bucket {
  readonly capacity: number;
  readonly refillMs: number;
  readonly #minimum: number;
  readonly #now: () => number;
  #grownMs: number;
  #countedAt: number;

  constructor(capacity: number, refillMs: number, minimum: number, now: () => number) {
    this.capacity = capacity;
    this.refillMs = refillMs;
    this.#minimum = minimum;
    this.#now = now;
    this.#grownMs = capacity * refillMs;
    this.#countedAt = now();
  }

  /** How many tokens there are now. */
  get tokens(): number {
    this.#grow();
    return this.#grownMs / this.refillMs;
  }

  /** Takes so many, or none when there are fewer. */
  take(cost: number): boolean {
    this.#grow();
    if (this.#grownMs < cost * this.refillMs) return false;
    this.#grownMs -= cost * this.refillMs;
    return true;
  }

  /** Whole milliseconds until so many are there. */
  waitMs(cost: number): number {
    this.#grow();
    return Math.ceil(Math.max(0, cost * this.refillMs - this.#grownMs));
  }

  /** What was taken is not used. */
  giveBack(cost: number): void {
    this.#grow();
    this.#grownMs = Math.min(this.capacity * this.refillMs, this.#grownMs + cost * this.refillMs);
  }

  /** Others took so many from the same budget. */
  lose(spent: number): void {
    this.#grow();
    this.#grownMs = Math.max(0, this.#grownMs - spent * this.refillMs);
  }

  /** Goes on from a count that was remembered, within the minimum and the capacity; nonsense counts as none. */
  restore(tokens: number): void {
    const known = Number.isFinite(tokens) ? tokens : 0;
    this.#grownMs = Math.min(Math.max(known, this.#minimum), this.capacity) * this.refillMs;
    this.#countedAt = this.#now();
  }

  #grow(): void {
    const now = this.#now();
    this.#grownMs = Math.min(this.capacity * this.refillMs, this.#grownMs + now - this.#countedAt);
    this.#countedAt = now;
  }
}

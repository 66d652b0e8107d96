import type { Clock } from '@holdfast/resilience/clock';

/**
 * A value that is read again at most once per `maxAgeMs`, however many ask for it. Modes: none yet, being read
 * (everybody waits for the one reading), fresh, old. A reading that failed is told to those who waited and is not kept.
 */
export class Snapshot<Value> {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #maxAgeMs: number;
  readonly #read: () => Promise<Value>;
  #kept: { readonly value: Value; readonly at: number } | null = null;
  #reading: Promise<Value> | null = null;

  constructor(clock: Pick<Clock, 'monotonic'>, maxAgeMs: number, read: () => Promise<Value>) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#read = read;
  }

  /** The value, at most `maxAgeMs` old. @throws what the reading threw */
  get(): Promise<Value> {
    const kept = this.#kept;
    if (kept !== null && this.#clock.monotonic() - kept.at < this.#maxAgeMs)
      return Promise.resolve(kept.value);
    this.#reading ??= this.#readAgain();
    return this.#reading;
  }

  async #readAgain(): Promise<Value> {
    try {
      const value = await this.#read();
      this.#kept = { value, at: this.#clock.monotonic() };
      return value;
    } finally {
      this.#reading = null;
    }
  }
}

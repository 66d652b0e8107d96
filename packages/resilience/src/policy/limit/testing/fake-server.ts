import type { VirtualClock } from '../../../clock/index.ts';
import type { Random } from '../../../clock/random.ts';

/** A server with so many workers and one queue, on a virtual clock. */
export class FakeServer {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  workers: number;
  /** Ms of work per call, a quarter more or less. */
  serviceMs: number;
  done = 0;

  constructor(clock: VirtualClock, random: Random, workers: number, serviceMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.workers = workers;
    this.serviceMs = serviceMs;
  }

  async call(): Promise<void> {
    if (this.#busy >= this.workers) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#busy += 1;
    await this.#clock.sleep(this.serviceMs * (0.75 + this.#random.next() / 2));
    this.#busy -= 1;
    this.done += 1;
    if (this.#busy < this.workers) this.#waiting.shift()?.();
  }
}

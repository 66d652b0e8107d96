import type { Wait } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';

/** After the network or the machine came back, our own waits are this short, ms ... */
const EAGER_WAIT_MS = 1_000;
/** ... for so long, ms: an upstream is often reachable only a moment after an address is there. */
const EAGER_MS = 10_000;

/** The waits of one source that run now, so that they can be ended early. */
export class OwnWaits {
  readonly #clock: Clock;
  readonly #running = new Set<Wait>();
  #eagerUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(wait: Wait): void {
    this.#running.add(wait);
    const isEager = this.#clock.monotonic() < this.#eagerUntil && wait.kind !== 'cooldown';
    const timer = isEager ? this.#clock.timer(EAGER_WAIT_MS, () => wait.end(), { unref: true }) : null;
    void wait.over.then(() => {
      timer?.cancel();
      this.#running.delete(wait);
    });
  }

  /** A person says: try now. */
  endAll(): void {
    for (const wait of this.#running) wait.end();
  }

  /** The way to the upstream may be back. A cooldown goes on: the upstream itself slowed us down. */
  revive(): void {
    this.#eagerUntil = this.#clock.monotonic() + EAGER_MS;
    for (const wait of this.#running) if (wait.kind !== 'cooldown') wait.end();
  }
}

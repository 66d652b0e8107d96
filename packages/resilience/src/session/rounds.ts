import type { Timer } from '../clock/clock.ts';
import { watchTime } from '../clock/watch-time.ts';
import type { TimeWatch } from '../clock/watch-time.ts';
import type { SessionPlan } from './session-plan.ts';

/** Whom the rounds tell. */
export interface RoundsListener {
  /** The machine slept, or the process stood still. */
  woke(): void;
  /** The resource has reached the age at which it is recycled. */
  aged(): void;
}

/** Looks at the time for a session: at wakes, and at the age of its resource. Keeps no process alive. */
export class Rounds {
  readonly #plan: SessionPlan;
  readonly #listener: RoundsListener;
  #watch: TimeWatch | undefined;
  #timer: Timer | undefined;

  constructor(plan: SessionPlan, listener: RoundsListener) {
    this.#plan = plan;
    this.#listener = listener;
  }

  /** Watches the clocks from now on. */
  watch(): void {
    this.#watch ??= watchTime({
      clock: this.#plan.clock,
      // Whether our own work blocked the loop makes no difference: a look at the peer is due either way.
      cpuMs: () => 0,
      onEvent: (event) => {
        if (event.type === 'suspend' || event.type === 'pause') this.#listener.woke();
      },
    });
  }

  /** A resource begins its life. */
  age(): void {
    this.stopAge();
    const { maxAgeMs } = this.#plan.recycle;
    if (maxAgeMs === Infinity) return;
    this.#timer = this.#plan.clock.timer(maxAgeMs, () => this.#aged(), { unref: true });
  }

  stopAge(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  stop(): void {
    this.stopAge();
    this.#watch?.stop();
    this.#watch = undefined;
  }

  /** Tells again until it is replaced: it may be suspect at the moment. */
  #aged(): void {
    this.#timer = this.#plan.clock.timer(1_000, () => this.#aged(), { unref: true });
    this.#listener.aged();
  }
}

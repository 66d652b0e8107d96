import type { Category } from '../../classify/verdict.ts';
import { warnOf } from '../../clock/notify.ts';
import type { Outcome } from '../breaker/breaker-state.ts';
import type { Slot } from '../limit/concurrency-limit.ts';

/** How an attempt went, for what learns from it. */
export interface PlaceOutcome {
  readonly outcome: Outcome;
  readonly category: Category | undefined;
}

/**
 * The place of one attempt among those that run at once. It is given back when the attempt is judged and none of its
 * calls runs any more: one that was given up keeps the place until it really settles.
 */
export class Place {
  readonly #slot: Slot;
  readonly #now: () => number;
  /** When its first call began: what is waited for before, such as the rate, says nothing about the service. */
  #startedAt: number | undefined;
  #running = 0;
  #judged: PlaceOutcome | undefined;

  constructor(slot: Slot, now: () => number) {
    this.#slot = slot;
    this.#now = now;
  }

  /** A call begins. */
  begin(): void {
    this.#startedAt ??= this.#now();
    this.#running += 1;
  }

  /** A call has really ended. */
  end(): void {
    this.#running -= 1;
    this.#release();
  }

  /** The attempt is over for those who waited for it. */
  judge(outcome: Outcome, category: Category | undefined): void {
    this.#judged = { outcome, category };
    if (this.#running > 0) this.#slot.abandon();
    else this.#release();
  }

  #release(): void {
    if (this.#judged === undefined || this.#running > 0) return;
    const now = this.#now();
    try {
      this.#slot.release(this.#judged.outcome, now - (this.#startedAt ?? now), this.#judged.category);
    } catch (defect) {
      // Of an algorithm that learns from it. What the attempt achieved stands.
      warnOf(defect);
    }
  }
}

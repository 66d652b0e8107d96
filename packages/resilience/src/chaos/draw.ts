import type { AttemptContext } from '../policy/pipeline/attempt.ts';
import type { ChaosCall, ChaosPlan } from './options.ts';

/** Chooses the calls of one chaos policy, and counts. */
export class Draw {
  readonly #plan: ChaosPlan;
  #calls = 0;
  #chosen = 0;
  #injected = 0;

  constructor(plan: ChaosPlan) {
    this.#plan = plan;
  }

  /** Calls looked at. */
  get calls(): number {
    return this.#calls;
  }

  /** Faults that took effect. */
  get injected(): number {
    return this.#injected;
  }

  /** The call when it is to be hit, else undefined. */
  next(context: AttemptContext): ChaosCall | undefined {
    const { enabled, random, rate, from, most, when } = this.#plan;
    if (!enabled()) return undefined;
    const call: ChaosCall = {
      call: (this.#calls += 1),
      attempt: context.attempt,
      // An attempt makes its signal when it is first asked for.
      get signal() {
        return context.signal;
      },
    };
    // Drawn for every call, so that another schedule does not shift the draws of later ones.
    const drawn = random.next() < rate;
    if (!drawn || call.call < from || this.#chosen >= most || !when(call)) return undefined;
    this.#chosen += 1;
    return call;
  }

  /** A chosen call was really hit. */
  hit(): void {
    this.#injected += 1;
  }
}

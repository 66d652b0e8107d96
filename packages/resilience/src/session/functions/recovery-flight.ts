import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionOptions, RecoveryContext, RecoveryEvent } from './connection-options.ts';

type Recover = NonNullable<ConnectionOptions['recover']>;

/** The flights that the running code belongs to; what a recovery leaves running remembers them for ever. */
const inside = new AsyncLocalStorage<readonly object[]>();

interface Flight {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * One recovery at a time for all calls of a function. Modes: nothing under way, or one flight that everybody joins.
 * Every recovery that ended well begins an era: an attempt from before it has lost what was replaced since, so it
 * needs no recovery of its own, which would take the new one away from the others.
 */
export class RecoveryFlight {
  readonly #recover: Recover;
  #era = 0;
  #flight: Flight | undefined;

  constructor(recover: Recover) {
    this.#recover = recover;
  }

  /** Noted by an attempt when it begins. */
  get era(): number {
    return this.#era;
  }

  /** Whether the code that asks is a part of the recovery that is under way. */
  get isInside(): boolean {
    return this.#flight !== undefined && (inside.getStore()?.includes(this.#flight.stop) ?? false);
  }

  /**
   * Recovers, unless somebody does or did so since `era`.
   * @throws what the recovery threw, or the reason of the signal.
   */
  async recover(context: RecoveryContext, era: number): Promise<RecoveryEvent['outcome']> {
    if (this.#flight === undefined && this.#era > era) return 'already';
    const outcome = this.#flight === undefined ? 'recovered' : 'joined';
    const flight = (this.#flight ??= this.#start(context));
    await this.#wait(flight, context.signal);
    return outcome;
  }

  #start(context: RecoveryContext): Flight {
    const stop = new AbortController();
    const flight: Flight = { done: this.#run({ ...context, signal: stop.signal }, stop), stop, waiting: 0 };
    // Whoever waits hears of a failure; when all have gone nobody does, and it is nobody's any more.
    flight.done.catch(() => undefined);
    return flight;
  }

  async #run(context: RecoveryContext, flight: object): Promise<void> {
    try {
      // Not synchronously, so that the flight is there for whoever the recovery calls.
      await Promise.resolve();
      await inside.run([...(inside.getStore() ?? []), flight], () => this.#recover(context));
      this.#era += 1;
    } finally {
      this.#flight = undefined;
    }
  }

  async #wait(flight: Flight, signal: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<never>();
    const onAbort = (): void => gone.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    flight.waiting += 1;
    try {
      signal.throwIfAborted();
      await Promise.race([flight.done, gone.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      flight.waiting -= 1;
      // Of a recovery that has ended the signal stays as it is: what it has started may live by it.
      if (flight.waiting === 0 && this.#flight === flight) flight.stop.abort(signal.reason);
    }
  }
}

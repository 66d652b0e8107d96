import type { Lease } from '../session/lease.ts';
import type { SupervisedSession } from '../session/supervised-session.ts';

interface Job<V> {
  /** Resolves to what tells the caller; rejects when the session is to decide whether it is repeated. */
  work(lease: Lease<V>): Promise<() => void>;
  fail(error: unknown): void;
}

/**
 * One lease for several jobs, one after another. It lives inside of `session.use`, so that repeating on the next
 * generation is the session's own affair: free (no use) -> held (a use waits for the next job, or does one) ->
 * free, when it is given back, when the lease was lost in between, or when the session gave up.
 */
export class SharedLease<V> {
  readonly #session: SupervisedSession<V>;
  readonly #signal: AbortSignal;
  #held: Held<V> | undefined;

  constructor(session: SupervisedSession<V>, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
  }

  /** Runs `work` with the lease, again when the session says so. `onRepeat` is told before. */
  async run<T>(work: (lease: Lease<V>) => Promise<T>, onRepeat: (error: unknown) => void): Promise<T> {
    if (this.#held?.isUsable === false) await this.release();
    const held = (this.#held ??= new Held(this.#session, this.#signal));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let failure: { readonly error: unknown } | undefined;
    held.take({
      work: async (lease) => {
        if (failure !== undefined) onRepeat(failure.error);
        try {
          const value = await work(lease);
          return () => resolve(value);
        } catch (error) {
          failure = { error };
          throw error;
        }
      },
      fail: reject,
    });
    try {
      return await promise;
    } finally {
      // A use has a limited number of repeats, which belong to one job.
      if (failure !== undefined) await this.release();
    }
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.end();
  }
}

class Held<V> {
  readonly #signal: AbortSignal;
  readonly #over: Promise<void>;
  #lease: Lease<V> | undefined;
  #job: Job<V> | undefined;
  #wanted: PromiseWithResolvers<void> = Promise.withResolvers();
  #isEnded = false;

  constructor(session: SupervisedSession<V>, signal: AbortSignal) {
    this.#signal = signal;
    this.#over = session
      .use((lease) => this.#serve(lease), { signal })
      .then(
        () => this.#close(undefined),
        (error: unknown) => this.#close(error),
      );
  }

  /** Whether the next job can be done with it. */
  get isUsable(): boolean {
    return !this.#isEnded && this.#lease?.stale !== true;
  }

  take(job: Job<V>): void {
    this.#job = job;
    this.#wanted.resolve();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    this.#wanted.resolve();
    await this.#over;
  }

  async #serve(lease: Lease<V>): Promise<void> {
    this.#lease = lease;
    const lost = aborted(lease.signal);
    const stopped = aborted(this.#signal);
    try {
      for (;;) {
        await Promise.race([this.#wanted.promise, lost.promise, stopped.promise]);
        this.#signal.throwIfAborted();
        const job = this.#job;
        if (job === undefined) {
          this.#isEnded = true;
          return;
        }
        const tell = await Promise.race([job.work(lease), stopped.promise]);
        this.#signal.throwIfAborted();
        // Before the caller hears of it, who may have the next job at once.
        this.#job = undefined;
        this.#wanted = Promise.withResolvers();
        tell?.();
        if (this.#isEnded) return;
      }
    } finally {
      lost.forget();
      stopped.forget();
    }
  }

  #close(error: unknown): void {
    this.#isEnded = true;
    const job = this.#job;
    this.#job = undefined;
    job?.fail(error);
  }
}

function aborted(signal: AbortSignal): {
  readonly promise: Promise<undefined>;
  readonly forget: () => void;
} {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  if (signal.aborted) resolve(undefined);
  else signal.addEventListener('abort', onAbort, { once: true });
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) };
}

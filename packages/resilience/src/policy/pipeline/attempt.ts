import { awakeTimer } from '../../clock/awake-timer.ts';
import type { AwakeTimer } from '../../clock/awake-timer.ts';
import type { Clock } from '../../clock/clock.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';

/** What a function under a policy is given. */
export interface AttemptContext {
  /** Aborts when the attempt must stop. Every attempt has its own. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** Tells that work went on; holds off the `stall` limit. Call it for real progress only. */
  readonly progress: () => void;
}

/** What a policy calls, once an attempt. */
export type AttemptFunction<T> = (context: AttemptContext) => Promise<T> | T;

/** What one attempt needs from its run. */
export interface AttemptSetup {
  readonly clock: Clock;
  readonly attempt: number;
  /** Aborts when the whole run must stop; its reason is what the attempt rejects with. */
  readonly stop: AbortSignal;
  readonly attemptTimeoutMs: number | undefined;
  readonly stallMs: number | undefined;
  /** An abandoned function settled after all. */
  onLate(outcome: 'fulfilled' | 'rejected', error?: unknown): void;
}

/**
 * Calls the function once. Settles as soon as a limit passes or the run stops, even when the function
 * ignores its signal; what it does later goes to `onLate`, never to `unhandledRejection`.
 * @throws the reason of `stop`, synchronously and without calling the function, when it has aborted already.
 */
export function runAttempt<T>(fn: AttemptFunction<T>, setup: AttemptSetup): Promise<T> {
  setup.stop.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const controller = new AbortController();
  const limits = new AttemptLimits(setup, (error) => abandon(error));
  let open = true;
  const close = (): boolean => {
    if (!open) return false;
    open = false;
    limits.end();
    setup.stop.removeEventListener('abort', onStop);
    return true;
  };
  const abandon = (reason: unknown): void => {
    if (!close()) return;
    reject(reason);
    controller.abort(reason);
  };
  const onStop = (): void => abandon(setup.stop.reason);
  setup.stop.addEventListener('abort', onStop, { once: true });
  const context = {
    signal: controller.signal,
    attempt: setup.attempt,
    progress: () => limits.progress(),
  };
  invoke(fn, context).then(
    (value) => {
      if (close()) resolve(value);
      else setup.onLate('fulfilled');
    },
    (error: unknown) => {
      if (close()) reject(error);
      // A function that obeys its signal rejects with the reason: that is no news.
      else if (error !== controller.signal.reason) setup.onLate('rejected', error);
    },
  );
  return promise;
}

async function invoke<T>(fn: AttemptFunction<T>, context: AttemptContext): Promise<T> {
  return await fn(context);
}

/** The two limits of one attempt, in time lived through. */
class AttemptLimits {
  readonly #timer: AwakeTimer | undefined;
  readonly #stallTimer: AwakeTimer | undefined;

  constructor(setup: AttemptSetup, onTimeout: (error: TimeoutError) => void) {
    const { clock, attemptTimeoutMs, stallMs } = setup;
    if (attemptTimeoutMs !== undefined) {
      this.#timer = awakeTimer(clock, attemptTimeoutMs, () =>
        onTimeout(new TimeoutError('ERR_TIMEOUT_ATTEMPT', attemptTimeoutMs)),
      );
    }
    if (stallMs !== undefined) {
      this.#stallTimer = awakeTimer(clock, stallMs, () =>
        onTimeout(new TimeoutError('ERR_TIMEOUT_STALL', stallMs)),
      );
    }
  }

  progress(): void {
    this.#stallTimer?.restart();
  }

  end(): void {
    this.#timer?.cancel();
    this.#stallTimer?.cancel();
  }
}

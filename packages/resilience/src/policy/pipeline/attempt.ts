import type { AwakeLimit } from '../../clock/awake-limits.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { Place } from './attempt-place.ts';

/**
 * What a function under a policy is given. Signal and progress are made when they are asked for, so take them from it
 * or pass it on whole: a copy by spread does not have them.
 */
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

/** Told what becomes of an attempt besides its result. */
export interface AttemptWatcher {
  /** A function that was given up settled after all. */
  late(attempt: number, outcome: 'fulfilled' | 'rejected', value: unknown): void;
  /** There was no progress for the time of the stall limit, and the attempt goes on. */
  stalled(attempt: number, afterMs: number): void;
}

/** Told the result of an attempt. */
export interface AttemptSink<T> {
  succeed(value: T): void;
  fail(error: unknown): void;
}

const NOTHING = (): void => {};

/**
 * One call of a function, and what the function is given. Modes: fresh -> open (the function runs) -> over (it
 * settled, or was given up: what it does later goes to the watcher, never to `unhandledRejection`).
 */
export class Attempt<T> implements AttemptContext {
  readonly attempt: number;
  /** Monotonic time. */
  readonly startedAt: number;
  readonly #limits: AttemptLimits;
  readonly #watcher: AttemptWatcher;
  readonly #place: Place | undefined;
  #open = true;
  #reason: { readonly error: unknown } | undefined;
  #controller: AbortController | undefined;
  #progress: (() => void) | undefined;
  #timeout: AwakeLimit | undefined;
  #stall: AwakeLimit | undefined;
  #sink: AttemptSink<T> | undefined;
  /** Time left of the timeout when the attempt ended, in ms. */
  #leftMs = 0;

  constructor(
    limits: AttemptLimits,
    watcher: AttemptWatcher,
    attempt: number,
    startedAt: number,
    place: Place | undefined,
  ) {
    this.#limits = limits;
    this.#watcher = watcher;
    this.attempt = attempt;
    this.startedAt = startedAt;
    this.#place = place;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.error);
    }
    return this.#controller.signal;
  }

  get progress(): () => void {
    if (this.#limits.stall === undefined) return NOTHING;
    this.#progress ??= () => this.#stallAnew();
    return this.#progress;
  }

  /** Time left of the timeout when the attempt ended, in ms; of an attempt that timed out 0. */
  get leftMs(): number {
    return this.#leftMs;
  }

  /**
   * Calls the function under the limits. The sink is told once, as soon as the function settles, a limit passes or
   * `abandon` is called: also when the function ignores its signal. Not before this returns, unless `abandon` is.
   */
  start(fn: AttemptFunction<T>, sink: AttemptSink<T>): void {
    const { timeout, stall } = this.#limits;
    if (timeout !== undefined) this.#timeout = timeout.start(this, onTimeout, this.startedAt);
    if (stall !== undefined) this.#stall = stall.start(this, onStall, this.startedAt);
    this.#place?.begin();
    this.#sink = sink;
    invoke(fn, this).then(
      (value) => this.#fulfilled(value),
      (error: unknown) => this.#rejected(error),
    );
  }

  /** Gives the attempt up: it rejects with the reason, and its signal aborts. */
  abandon(error: unknown): void {
    if (!this.#open) return;
    this.#leftMs = this.#timeout?.leftMs ?? 0;
    this.#close();
    this.#reason = { error };
    this.#sink?.fail(error);
    this.#controller?.abort(error);
  }

  /** The stall limit has passed. */
  onStall(): void {
    const { stall, stallMode } = this.#limits;
    const afterMs = stall?.ms ?? 0;
    if (stallMode === 'enforce') {
      this.abandon(new TimeoutError('ERR_TIMEOUT_STALL', afterMs));
      return;
    }
    // The next progress begins the limit anew.
    this.#stall = undefined;
    this.#watcher.stalled(this.attempt, afterMs);
  }

  /** The timeout has passed. */
  onTimeout(): void {
    this.abandon(new TimeoutError('ERR_TIMEOUT_ATTEMPT', this.#limits.timeout?.ms ?? 0));
  }

  #fulfilled(value: T): void {
    this.#place?.end();
    if (this.#close()) this.#sink?.succeed(value);
    else this.#watcher.late(this.attempt, 'fulfilled', value);
  }

  #rejected(error: unknown): void {
    this.#place?.end();
    if (this.#open) this.#leftMs = this.#timeout?.leftMs ?? 0;
    // A function that obeys its signal rejects with the reason: that is no news.
    if (this.#close()) this.#sink?.fail(error);
    else if (error !== this.#reason?.error) this.#watcher.late(this.attempt, 'rejected', error);
  }

  #close(): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#timeout?.cancel();
    this.#stall?.cancel();
    return true;
  }

  #stallAnew(): void {
    if (!this.#open || this.#limits.stall === undefined) return;
    if (this.#stall === undefined) this.#stall = this.#limits.stall.start(this, onStall);
    else this.#stall.restart();
  }
}

/** What the timers of an attempt call; functions of the module, so that none is made for each attempt. */
interface Timed {
  onTimeout(): void;
  onStall(): void;
}

function onTimeout(attempt: Timed): void {
  attempt.onTimeout();
}

function onStall(attempt: Timed): void {
  attempt.onStall();
}

/** The function's answer as a promise, however it answers. */
export function invoke<T>(fn: AttemptFunction<T>, context: AttemptContext): Promise<T> {
  try {
    return Promise.resolve(fn(context));
  } catch (error) {
    const { promise, reject } = Promise.withResolvers<T>();
    reject(error);
    return promise;
  }
}

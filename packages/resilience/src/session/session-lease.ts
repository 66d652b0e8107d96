import type { Verdict } from '../classify/verdict.ts';
import { parseDuration } from '../clock/duration.ts';
import type { Held } from './held.ts';
import type { CallOptions, Lease } from './lease.ts';
import { StaleLeaseError } from './stale-lease-error.ts';

/** What a lease asks of its session. */
export interface LeaseHost<R, V> {
  readonly session: string;
  call<T>(lease: SessionLease<R, V>, call: (view: V) => Promise<T>, deadlineMs: number): Promise<T>;
  /** Judges an error and acts on it. */
  report(lease: SessionLease<R, V>, error: unknown): Verdict;
  /** Takes the lease back. */
  release(lease: SessionLease<R, V>): Promise<void>;
  /** Makes the error of a lease that has ended, and counts it. */
  stale(error: StaleLeaseError): StaleLeaseError;
}

/**
 * Leave to use one generation.
 * Modes: open -> lost (the signal is aborted) or released. Both are stale: nothing reaches the driver any more.
 */
export class SessionLease<R, V> implements Lease<V> {
  readonly held: Held<R>;
  /** What the lease works with, for the session's own use also after the end. */
  readonly view: V;
  /** The signal of whoever asked for the lease. */
  readonly wanted: AbortSignal | undefined;
  readonly #host: LeaseHost<R, V>;
  readonly #deadlineMs: number;
  readonly #ended = new AbortController();
  #released: Promise<void> | undefined;
  #watch: Disposable | undefined;

  constructor(
    host: LeaseHost<R, V>,
    held: Held<R>,
    view: V,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal | undefined },
  ) {
    this.#host = host;
    this.#deadlineMs = deadlineMs;
    this.wanted = signal;
    this.held = held;
    this.view = view;
  }

  get resource(): V {
    if (this.stale) throw this.#staleError();
    return this.view;
  }

  get generation(): number {
    return this.held.generation;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get stale(): boolean {
    return this.#released !== undefined || this.#ended.signal.aborted;
  }

  async run<T>(call: (resource: V) => Promise<T>, options: CallOptions = {}): Promise<T> {
    if (this.stale) throw this.#staleError();
    const deadlineMs =
      options.deadline === undefined
        ? this.#deadlineMs
        : Math.max(1, parseDuration(options.deadline, 'deadline'));
    return this.#host.call(this, call, deadlineMs);
  }

  report(error: unknown): Verdict {
    return this.#host.report(this, error);
  }

  release(): Promise<void> {
    this.#released ??= this.#host.release(this);
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Ends the lease because what it works with is gone. */
  lose(error: unknown): void {
    if (!this.stale) this.#ended.abort(error);
  }

  /** Keeps the watch over the view until `unwatch`. */
  watchedBy(watch: Disposable): void {
    this.#watch = watch;
  }

  unwatch(): void {
    const watch = this.#watch;
    this.#watch = undefined;
    watch?.[Symbol.dispose]();
  }

  #staleError(): StaleLeaseError {
    const { signal } = this.#ended;
    const cause: unknown = signal.aborted ? signal.reason : undefined;
    return this.#host.stale(new StaleLeaseError(this.#host.session, this.generation, cause));
  }
}

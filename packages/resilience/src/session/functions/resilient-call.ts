import { classify } from '../../classify/classify.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import type { Clock } from '../../clock/clock.ts';
import { notify } from '../../clock/notify.ts';
import { tell } from '../../events/publish.ts';
import { resilient } from '../../policy/pipeline/resilient.ts';
import type { AttemptContext } from '../../policy/pipeline/attempt.ts';
import type { PolicyEvent } from '../../policy/events.ts';
import type { Lease } from '../lease.ts';
import type { SessionUnavailableError } from '../session-unavailable-error.ts';
import { stayAwake } from '../stay-awake.ts';
import { callRules } from './call-rules.ts';
import type { CheckedOptions } from './checked-options.ts';
import { NO_CALLS } from './connection-metrics.ts';
import type { ConnectionMetrics } from './connection-metrics.ts';
import type { RecoveryEvent } from './connection-options.ts';
import { livingLease, runWithLease } from './current-lease.ts';

/** The failure that the next attempt recovers from. */
interface Failed {
  readonly error: unknown;
  readonly verdict: Verdict;
}

/**
 * One call under one policy of its own: each attempt but the first begins with a recovery. Everything that is counted
 * lives here, so calls at the same time and calls inside calls do not mix.
 */
export class ResilientCall<T> {
  readonly #options: CheckedOptions;
  readonly #fn: () => Promise<T>;
  readonly #clock: Clock;
  readonly #failures: Category[] = [];
  readonly #delaysMs: number[] = [];
  #attempts = 0;
  #recoveries = 0;
  #sharedRecoveries = 0;
  #failedRecoveries = 0;
  #successMs = 0;
  #era = 0;
  #last: Failed | undefined;
  #lease: Lease<unknown> | undefined;
  #isRecovering = false;

  constructor(options: CheckedOptions, fn: () => Promise<T>) {
    this.#options = options;
    this.#fn = fn;
    this.#clock = options.clock;
  }

  /** Runs to the end and reports. */
  async execute(): Promise<T> {
    const { name, signal, keepAwake } = this.#options;
    const startedAt = this.#clock.monotonic();
    let succeeded = false;
    let letSleep: (() => Promise<void>) | undefined;
    try {
      letSleep = await stayAwake({ keepAwake, reason: name, clock: this.#clock, signal });
      const run = signal === undefined ? {} : { signal };
      const value = await this.#policy().run((context) => this.#attempt(context), run);
      succeeded = true;
      return value;
    } finally {
      this.#report(succeeded, this.#clock.monotonic() - startedAt);
      await letSleep?.();
    }
  }

  #policy() {
    const { name, backoffs, maxAttempts, breaker, clock, random, flight } = this.#options;
    // A call that the recovery itself makes cannot wait for that recovery: its failure is the recovery's.
    const max = flight?.isInside === true ? 0 : maxAttempts;
    return resilient(name, {
      retry: callRules(backoffs, max, this.#failures),
      classify: (error, options) => this.#judge(error, options),
      clock,
      random,
      ...(breaker === undefined ? {} : { breaker }),
      onEvent: (event) => this.#tell(event),
    });
  }

  async #attempt({ attempt, signal }: AttemptContext): Promise<T> {
    this.#attempts = attempt;
    if (this.#last !== undefined) await this.#recover(this.#last, signal);
    this.#era = this.#options.flight?.era ?? 0;
    const startedAt = this.#clock.monotonic();
    const value = await this.#inLease(signal);
    this.#successMs = this.#clock.monotonic() - startedAt;
    return value;
  }

  async #recover({ error, verdict }: Failed, signal: AbortSignal): Promise<void> {
    const { flight } = this.#options;
    if (flight === undefined) {
      // The session does it while it is asked for a lease; without one, another attempt is all there is.
      this.#recoveries += 1;
      return;
    }
    const attempt = this.#attempts - 1;
    const startedAt = this.#clock.monotonic();
    this.#isRecovering = true;
    try {
      const outcome = await flight.recover({ attempt, verdict, error, signal }, this.#era);
      if (outcome === 'recovered') this.#recoveries += 1;
      else this.#sharedRecoveries += 1;
      this.#tellRecovery({ attempt, verdict, outcome, durationMs: this.#clock.monotonic() - startedAt });
    } catch (problem) {
      this.#failedRecoveries += 1;
      const durationMs = this.#clock.monotonic() - startedAt;
      this.#tellRecovery({ attempt, verdict, outcome: 'failed', durationMs, error: problem });
      throw problem;
    }
    this.#isRecovering = false;
  }

  /** With a lease of the session, if there is one; inside a call that holds one already, with that. */
  #inLease(signal: AbortSignal): Promise<T> {
    const { session } = this.#options;
    if (session === undefined) return this.#fn();
    this.#lease = livingLease(session);
    if (this.#lease !== undefined) return this.#fn();
    // The session does not repeat it: retries are made at one layer, and this is it.
    return session.use(
      (lease) => {
        this.#lease = lease;
        return runWithLease(session, lease, this.#fn);
      },
      { signal, repeat: false },
    );
  }

  #judge(error: unknown, options: { readonly signal?: AbortSignal }): Verdict {
    const judged = this.#options.classify?.(error) ?? classify(error, options);
    const verdict = judged.category === 'unknown' ? this.#known(judged) : this.#dated(judged, error);
    this.#failures.push(verdict.category);
    // What a recovery is for stays the loss that it was begun for.
    if (!this.#isRecovering || this.#last === undefined) this.#last = { error, verdict };
    this.#isRecovering = false;
    return verdict;
  }

  /** An error that says nothing, while other things tell what happened. */
  #known(unknown: Verdict): Verdict {
    if (this.#isRecovering && this.#last !== undefined) return this.#last.verdict;
    if (this.#lease?.stale !== true) return unknown;
    return { ...unknown, category: 'session-lost', scope: 'session', evidence: 'flag' };
  }

  /** A session whose circuit is open says when it will try again: to ask before is in vain. */
  #dated(verdict: Verdict, error: unknown): Verdict {
    if (verdict.code !== 'ERR_SESSION_OPEN_CIRCUIT') return verdict;
    const { retryAt } = error as Partial<SessionUnavailableError>;
    if (retryAt === undefined) return verdict;
    return { ...verdict, retryAfterMs: Math.max(0, retryAt - this.#clock.now()) };
  }

  #tellRecovery(event: Omit<RecoveryEvent, 'type' | 'policy'>): void {
    const { name, onEvent } = this.#options;
    tell<RecoveryEvent>('session', onEvent, () => ({ type: 'recovery', policy: name, ...event }));
  }

  /** The policy itself tells the channel. */
  #tell(event: PolicyEvent): void {
    if (event.type === 'wait') this.#delaysMs.push(event.delayMs);
    if (this.#options.onEvent !== undefined) notify(this.#options.onEvent, event);
  }

  #report(succeeded: boolean, durationMs: number): void {
    const failuresBy: Partial<Record<Category, number>> = {};
    for (const category of this.#failures) failuresBy[category] = (failuresBy[category] ?? 0) + 1;
    const call: ConnectionMetrics = {
      ...NO_CALLS,
      calls: 1,
      [succeeded ? 'succeeded' : 'failed']: 1,
      attempts: this.#attempts,
      recoveries: this.#recoveries,
      sharedRecoveries: this.#sharedRecoveries,
      failedRecoveries: this.#failedRecoveries,
      failures: this.#failures.length,
      failuresBy,
      waits: this.#delaysMs.length,
      waitedMs: this.#delaysMs.reduce((sum, ms) => sum + ms, 0),
      delaysMs: this.#delaysMs,
      durationMs,
      lostMs: succeeded ? durationMs - this.#successMs : durationMs,
    };
    this.#options.metrics.add(call);
    if (this.#options.onReport !== undefined) notify(this.#options.onReport, call);
  }
}

import type { Category, Verdict } from '../../classify/verdict.ts';
import { awakeTimer } from '../../clock/awake-timer.ts';
import type { AwakeTimer } from '../../clock/awake-timer.ts';
import { RETRY_AFTER_LIMIT_MS } from '../../classify/retry-after.ts';
import { runAttempt } from './attempt.ts';
import type { AttemptFunction } from './attempt.ts';
import type { Permit } from '../breaker/breaker.ts';
import type { Outcome } from '../breaker/breaker-state.ts';
import { CircuitOpenError } from '../breaker/circuit-open-error.ts';
import { emit, nextRun } from '../events.ts';
import { enrich, failureOf } from './failure.ts';
import type { AttemptRecord, StopReason } from './failure.ts';
import type { Plan, RetryRule } from './options.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';
import { waitFor } from './wait.ts';
import type { OnWait, WaitKind } from './wait.ts';

/** What one run may be given. */
export interface RunOptions {
  /** The caller's wish to stop: the run rejects with its reason, by identity and at once. */
  readonly signal?: AbortSignal;
  /** Told of every wait as it begins. */
  readonly onWait?: OnWait;
}

/** So many failed attempts are kept for the error. */
const ATTEMPTS_KEPT = 32;

const BREAKER_FAILURES: readonly Category[] = ['network', 'dns', 'tls', 'timeout'];
const PAID_BY_BUDGET: readonly Category[] = ['network', 'dns', 'tls', 'timeout', 'unknown', 'local'];

interface Attempted {
  readonly error: unknown;
  readonly verdict: Verdict;
  readonly startedAt: number;
  readonly durationMs: number;
}

interface PlannedWait {
  readonly kind: WaitKind;
  readonly ms: number;
}

/**
 * One run of a policy: a single loop of admission (breaker), attempt (limits), verdict, wait. It stops by
 * one internal signal, which the caller's signal and the deadline both fire; everything inside observes it.
 */
export class Run<T> {
  readonly #plan: Plan;
  readonly #fn: AttemptFunction<T>;
  readonly #caller: AbortSignal | undefined;
  readonly #onWait: OnWait | undefined;
  readonly #stop = new AbortController();
  readonly #retriesBy = new Map<Category, number>();
  readonly #attempts: AttemptRecord[] = [];
  #attempt = 0;
  #heardAs = 0;
  #last: Attempted | undefined;
  #deadline: AwakeTimer | undefined;

  constructor(plan: Plan, fn: AttemptFunction<T>, options: RunOptions) {
    this.#plan = plan;
    this.#fn = fn;
    this.#caller = options.signal;
    this.#onWait = options.onWait;
  }

  /** Its number in events; a run that nobody hears has none. */
  get #id(): number {
    this.#heardAs ||= nextRun();
    return this.#heardAs;
  }

  /** Runs to the end. */
  async execute(): Promise<T> {
    this.#caller?.throwIfAborted();
    this.#begin();
    try {
      for (;;) {
        const permit = await this.#admit();
        const result = await this.#try(permit);
        if (result.ok) return result.value;
        await this.#prepareRetry(result.failed);
      }
    } catch (error) {
      // Whatever was under way when the caller stopped the run, the reason is the caller's.
      if (this.#caller?.aborted === true) throw this.#aborted(this.#caller.reason);
      // Timers may run late, so the deadline may pass in the middle of a wait that was to end before it.
      const { signal } = this.#stop;
      const inWait = signal.aborted && error === signal.reason && failureOf(error) === undefined;
      throw inWait ? this.#giveUp(error, 'deadline') : error;
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    this.#caller?.addEventListener('abort', this.#onCallerAbort, { once: true });
    const { deadlineMs, clock } = this.#plan;
    if (deadlineMs === undefined) return;
    this.#deadline = awakeTimer(clock, deadlineMs, () =>
      this.#stop.abort(new TimeoutError('ERR_TIMEOUT_DEADLINE', deadlineMs, this.#last?.error)),
    );
  }

  #end(): void {
    this.#deadline?.cancel();
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  readonly #onCallerAbort = (): void => this.#stop.abort(this.#caller?.reason);

  /** Leave from the breaker; waits for an open circuit instead of spending attempts on it. */
  async #admit(): Promise<Permit | undefined> {
    const { breaker } = this.#plan;
    if (breaker === undefined) return undefined;
    let probing = false;
    for (;;) {
      const permit = await breaker.permitted();
      if (permit.allowed) return permit;
      const refused = new CircuitOpenError(breaker.name, permit.retryAfterMs);
      if (!this.#plan.retries) throw this.#giveUp(refused, 'circuit-open', permit.retryAfterMs);
      // Refused although it may probe: others are probing, and that is not ours to end.
      const wait: PlannedWait = { kind: probing ? 'turn' : 'circuit', ms: permit.retryAfterMs };
      probing = await this.#wait(wait, this.#last?.error ?? refused, this.#last?.verdict);
      if (probing) breaker.probeNow();
    }
  }

  /** One attempt, reported to breaker and listener. */
  async #try(
    permit: Permit | undefined,
  ): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly failed: Attempted }> {
    const { clock, onEvent, name, attemptTimeoutMs, stallMs } = this.#plan;
    const attempt = (this.#attempt += 1);
    const startedAt = clock.now();
    const start = clock.monotonic();
    let outcome: Outcome = 'none';
    try {
      if (onEvent !== undefined) emit(onEvent, { type: 'attempt', policy: name, run: this.#id, attempt });
      const value = await runAttempt(this.#fn, {
        clock,
        attempt,
        stop: this.#stop.signal,
        attemptTimeoutMs,
        stallMs,
        onLate: (late, error) => this.#late(attempt, late, error),
      });
      outcome = 'success';
      const durationMs = clock.monotonic() - start;
      if (onEvent !== undefined)
        emit(onEvent, { type: 'success', policy: name, run: this.#id, attempt, durationMs });
      return { ok: true, value };
    } catch (error) {
      const failed = this.#judge(error, startedAt, clock.monotonic() - start);
      outcome = BREAKER_FAILURES.includes(failed.verdict.category) ? 'failure' : 'none';
      return { ok: false, failed };
    } finally {
      if (permit !== undefined) await this.#plan.breaker?.record(outcome, permit);
    }
  }

  #judge(error: unknown, startedAt: number, durationMs: number): Attempted {
    const { onEvent, name, classify } = this.#plan;
    if (this.#caller?.aborted === true) throw this.#caller.reason;
    const verdict = classify(error, this.#caller === undefined ? {} : { signal: this.#caller });
    const failed = { error, verdict, startedAt, durationMs };
    this.#last = failed;
    if (onEvent !== undefined) {
      const attempt = this.#attempt;
      if (error instanceof TimeoutError)
        emit(onEvent, { type: 'timeout', policy: name, run: this.#id, attempt, code: error.code });
      emit(onEvent, { type: 'failure', policy: name, run: this.#id, attempt, durationMs, verdict, error });
    }
    return failed;
  }

  /** Decides whether and when to try again, and waits; throws the error when not. */
  async #prepareRetry(failed: Attempted): Promise<void> {
    const { error, verdict } = failed;
    const rule = this.#plan.retry[verdict.category];
    const done = this.#retriesBy.get(verdict.category) ?? 0;
    const stopReason = this.#whyNot(failed, rule, done);
    if (stopReason !== undefined || rule === undefined) {
      this.#note(failed, 0);
      throw this.#giveUp(error, stopReason ?? 'not-retryable', verdict.retryAfterMs);
    }
    this.#retriesBy.set(verdict.category, done + 1);
    const wait = this.#planWait(rule, verdict, done + 1);
    this.#note(failed, wait.ms);
    await this.#pay(failed, wait);
    await this.#wait(wait, error, verdict);
    await this.#before(rule, verdict);
    const { onEvent, name } = this.#plan;
    if (onEvent !== undefined)
      emit(onEvent, { type: 'retry', policy: name, run: this.#id, attempt: this.#attempt + 1, verdict });
  }

  #whyNot(failed: Attempted, rule: RetryRule | undefined, done: number): StopReason | undefined {
    const { verdict } = failed;
    if (this.#stop.signal.aborted) return 'deadline';
    if (rule === undefined || verdict.safeToReplay === 'no' || verdict.category === 'cancelled')
      return 'not-retryable';
    if (done >= rule.attempts) return rule.attempts === 0 ? 'not-retryable' : 'attempts-exhausted';
    if (rule.respectRetryAfter !== false && (verdict.retryAfterMs ?? 0) > RETRY_AFTER_LIMIT_MS) {
      return 'retry-after-too-long';
    }
    return undefined;
  }

  #planWait(rule: RetryRule, verdict: Verdict, retry: number): PlannedWait {
    const { random } = this.#plan;
    const asked = rule.respectRetryAfter === false ? undefined : verdict.retryAfterMs;
    if (asked === undefined) return { kind: 'backoff', ms: rule.backoff.delayMs(retry, random) };
    // Never less than what was asked; a little more, so that clients do not return in step.
    return {
      kind: 'retry-after',
      ms: asked + random.next() * Math.min(1_000 + asked / 10, 60_000),
    };
  }

  /** Takes a token for the retry, unless the wait is hopeless anyway. */
  async #pay(failed: Attempted, wait: PlannedWait): Promise<void> {
    const { budget } = this.#plan;
    if (budget === undefined || !PAID_BY_BUDGET.includes(failed.verdict.category)) return;
    this.#checkDeadline(wait.ms, failed.error);
    while (!budget.take()) {
      const ms = budget.waitMs();
      if (budget.whenEmpty === 'stop') throw this.#giveUp(failed.error, 'retry-budget-exhausted', ms);
      if (await this.#wait({ kind: 'budget', ms }, failed.error, failed.verdict)) return;
    }
  }

  async #wait(wait: PlannedWait, error: unknown, verdict: Verdict | undefined): Promise<boolean> {
    const { clock, onEvent, name } = this.#plan;
    this.#checkDeadline(wait.ms, error);
    const attempt = this.#attempt;
    const known = verdict === undefined ? {} : { verdict };
    if (onEvent !== undefined) {
      emit(onEvent, {
        type: 'wait',
        policy: name,
        run: this.#id,
        attempt,
        kind: wait.kind,
        delayMs: wait.ms,
        ...known,
      });
    }
    return await waitFor(
      wait.ms,
      { kind: wait.kind, attempt, error, ...known },
      {
        clock,
        signal: this.#stop.signal,
        ...(this.#onWait === undefined ? {} : { onWait: this.#onWait }),
      },
    );
  }

  /** A wait that cannot end before the deadline is not begun. */
  #checkDeadline(ms: number, error: unknown): void {
    if (this.#deadline === undefined || ms < this.#deadline.leftMs) return;
    throw this.#giveUp(error, 'deadline', ms);
  }

  async #before(rule: RetryRule, verdict: Verdict): Promise<void> {
    const hook = rule.before;
    if (hook === undefined) return;
    try {
      await runAttempt(() => hook(verdict), {
        clock: this.#plan.clock,
        attempt: this.#attempt,
        stop: this.#stop.signal,
        attemptTimeoutMs: undefined,
        stallMs: undefined,
        onLate: (late, error) => this.#late(this.#attempt, late, error),
      });
    } catch (error) {
      throw this.#giveUp(error, this.#stop.signal.aborted ? 'deadline' : 'before-failed');
    }
  }

  #note(failed: Attempted, delayMs: number): void {
    const { verdict, startedAt, durationMs } = failed;
    if (this.#attempts.length === ATTEMPTS_KEPT) this.#attempts.shift();
    this.#attempts.push({
      attempt: this.#attempt,
      category: verdict.category,
      ...(verdict.code === undefined ? {} : { code: verdict.code }),
      startedAt,
      durationMs,
      delayMs,
    });
  }

  #giveUp(error: unknown, stopReason: StopReason, retryAfterMs?: number): unknown {
    if (this.#caller?.aborted === true) return error;
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    enrich(error, { attempts: [...this.#attempts], stopReason, ...known });
    const { onEvent, name } = this.#plan;
    if (onEvent !== undefined) {
      emit(onEvent, {
        type: 'give-up',
        policy: name,
        run: this.#id,
        attempt: this.#attempt,
        stopReason,
        error,
        ...known,
      });
    }
    return error;
  }

  /** The caller's reason is passed on untouched: it may be shared by many calls. */
  #aborted(reason: unknown): unknown {
    const { onEvent, name } = this.#plan;
    if (onEvent !== undefined) {
      emit(onEvent, {
        type: 'give-up',
        policy: name,
        run: this.#id,
        attempt: this.#attempt,
        stopReason: 'aborted',
        error: reason,
      });
    }
    return reason;
  }

  #late(attempt: number, outcome: 'fulfilled' | 'rejected', error: unknown): void {
    const { onEvent, name } = this.#plan;
    if (onEvent === undefined) return;
    emit(onEvent, {
      type: 'late',
      policy: name,
      run: this.#id,
      attempt,
      outcome,
      ...(error === undefined ? {} : { error }),
    });
  }
}

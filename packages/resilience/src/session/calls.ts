import type { SafeToReplay, Verdict } from '../classify/verdict.ts';
import { ResilienceError } from '../errors.ts';
import { TimeoutError } from '../policy/timeout/timeout-error.ts';
import { AuthExpiredError } from './auth-expired-error.ts';
import { limited } from './limited.ts';
import type { LoginKeeper } from './login-keeper.ts';
import type { LossReport } from './loss.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import type { Prober } from './prober.ts';
import { judged, ownerOf } from './session-errors.ts';
import type { SessionLease } from './session-lease.ts';
import { SessionLostError } from './session-lost-error.ts';

/** What the calls of a session need besides its parts. */
export interface CallTools<R, S, V> {
  readonly parts: Parts<R, S, V>;
  readonly logins: LoginKeeper<R, S, V>;
  readonly prober: Prober<R, S, V>;
  /** The view of one lease is gone. */
  readonly loseView: (lease: SessionLease<R, V>, report: LossReport) => void;
}

const REPORTED: LossReport = { cause: 'reported' };

/** What becomes of an error: thrown as it is, replaced, or settled by a probe or by asking for the login. */
type Decision =
  | { readonly kind: 'own' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'probe'; readonly why: string }
  | { readonly kind: 'throw'; readonly error: unknown };

/** A call whose answer shows, on a closer look, that it was not done. */
class InspectedError extends ResilienceError {
  constructor(verdict: Verdict) {
    super(`The call was answered, but it was not done (${verdict.category}).`, {
      code: 'ERR_CALL_NOT_DONE',
      hint: 'See the verdict: what the call met was not what it had asked for.',
      verdict,
    });
  }
}

/** Makes calls through leases with a deadline, and judges what goes wrong, each error once. */
export class Calls<R, S, V> {
  readonly #tools: CallTools<R, S, V>;
  #inFlight = 0;

  constructor(tools: CallTools<R, S, V>) {
    this.#tools = tools;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Makes one call. @throws what `Lease.run` says. */
  async call<T>(lease: SessionLease<R, V>, call: (view: V) => Promise<T>, deadlineMs: number): Promise<T> {
    const { parts, logins } = this.#tools;
    const mode = parts.mode();
    if (mode.kind === 'suspect' && mode.by === 'login') {
      throw this.#judged(new AuthExpiredError('The session is logging in.'), true);
    }
    const epoch = logins.epoch;
    parts.counters.calls += 1;
    this.#inFlight += 1;
    try {
      const { value, verdict } = await limited((signal) => this.#inspected(lease, call, signal), {
        clock: parts.plan.clock,
        ms: deadlineMs,
        code: 'ERR_TIMEOUT_CALL',
        signal: lease.signal,
      });
      if (verdict !== undefined) throw new InspectedError(verdict);
      lease.held.heardAt = parts.plan.clock.monotonic();
      return value;
    } catch (error) {
      this.#inFlight -= 1;
      try {
        throw await this.settle(lease, error, epoch);
      } finally {
        this.#inFlight += 1;
      }
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** Judges an error, acts on it, and resolves to what the caller is to be told. */
  async settle(lease: SessionLease<R, V>, error: unknown, epoch: number): Promise<unknown> {
    if (lease.signal.aborted) return this.#afterLoss(lease, error);
    if (ownerOf(error) !== undefined) return error;
    // What the caller himself has cancelled says nothing of the resource, whatever the reason looks like.
    if (lease.wanted?.aborted === true && error === lease.wanted.reason) return this.#judged(error, false);
    if (error instanceof TimeoutError && error.code === 'ERR_TIMEOUT_CALL')
      return this.#timedOut(lease, error);
    const verdict = this.#verdict(lease, error);
    const decision = this.#decide(lease, error, verdict, epoch);
    if (decision.kind === 'throw') return decision.error;
    if (decision.kind === 'own') return this.#judged(error, false);
    if (decision.kind === 'ask') return this.#asked(lease, error, epoch);
    const answer = await this.#tools.prober.look(lease.held, decision.why);
    if (answer === 'dead' || answer === 'gone') return this.#lost(lease, error, 'session', 'unknown');
    // What the driver had still to tell, such as a page that crashed, was told before it answered.
    if (lease.signal.aborted) return this.#afterLoss(lease, error);
    if (answer === 'logged-out') return this.#loggedOut(lease, error, 'unknown');
    return this.#judged(error, false);
  }

  /** Judges an error that came about outside `run`, and acts on it. */
  report(lease: SessionLease<R, V>, error: unknown): Verdict {
    const verdict = this.#verdict(lease, error);
    if (lease.stale || ownerOf(error) !== undefined) return verdict;
    const { epoch } = this.#tools.logins;
    const decision = this.#decide(lease, error, verdict, epoch);
    if (decision.kind === 'ask') void this.#asked(lease, error, epoch);
    if (decision.kind === 'probe') void this.#tools.prober.look(lease.held, decision.why);
    return verdict;
  }

  async #inspected<T>(
    lease: SessionLease<R, V>,
    call: (view: V) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly verdict: Verdict | undefined }> {
    const value = await call(lease.view);
    // A call that nobody waits for any more is not looked at: its view may be gone.
    const verdict = signal.aborted
      ? undefined
      : await this.#tools.parts.adapter.inspect?.(lease.view, { signal });
    return { value, verdict };
  }

  #afterLoss(lease: SessionLease<R, V>, error: unknown): unknown {
    const reason: unknown = lease.signal.reason;
    this.#tools.parts.counters.staleCalls += 1;
    if (error !== reason && ownerOf(error)?.session === this) return error;
    const repeat = ownerOf(reason)?.repeat === true;
    return repeat && !this.#mayRepeat(lease) ? this.#lost(lease, error, 'session', 'unknown') : reason;
  }

  #timedOut(lease: SessionLease<R, V>, error: TimeoutError): unknown {
    const { parts, prober } = this.#tools;
    parts.counters.deadlines += 1;
    const { generation } = lease;
    parts.dispatch({ type: 'doubted', generation, why: 'a call was not answered within its deadline' });
    // Also while draining, when the session itself asks nothing any more.
    void prober.look(lease.held, 'a call was not answered within its deadline');
    return this.#judged(error, this.#mayRepeat(lease));
  }

  /** Whether the work may run again: not where that would do twice what may have been done for good. */
  #mayRepeat(lease: SessionLease<R, V>, safeToReplay: SafeToReplay = 'unknown'): boolean {
    return safeToReplay !== 'no' && this.#tools.parts.adapter.inDoubt?.(lease.view) !== true;
  }

  #verdict(lease: SessionLease<R, V>, error: unknown): Verdict {
    return verdictOf(this.#tools.parts.adapter, error, lease.held.resource);
  }

  #decide(lease: SessionLease<R, V>, error: unknown, verdict: Verdict, epoch: number): Decision {
    const { parts, logins, prober } = this.#tools;
    if (verdict.retryAfterMs !== undefined) logins.quiet(verdict.retryAfterMs);
    switch (scopeOf(verdict, parts.adapter.view !== undefined)) {
      case 'session':
        parts.lose(lease.held, reportOf(error, verdict));
        return { kind: 'throw', error: this.#lost(lease, error, 'session', verdict.safeToReplay) };
      case 'page':
        this.#tools.loseView(lease, reportOf(error, verdict));
        return { kind: 'throw', error: this.#lost(lease, error, 'page', verdict.safeToReplay) };
      case 'auth':
        if (!logins.present) return { kind: 'own' };
        // A text that only looks like an expired login is not believed: the login itself is asked.
        if (verdict.evidence === 'message' && epoch === logins.epoch) return { kind: 'ask' };
        return { kind: 'throw', error: this.#expired(lease, error, epoch) };
      case 'none':
      case 'call':
        if (verdict.category === 'unknown') return { kind: 'probe', why: 'an error that nobody knows' };
        // A driver may say so of what its view was doing when it crashed, before it tells of the crash.
        if (verdict.category === 'cancelled' && parts.adapter.view !== undefined) {
          return { kind: 'probe', why: 'a call was cancelled' };
        }
        if (verdict.category === 'timeout') void prober.look(lease.held, 'a call timed out');
        return { kind: 'own' };
    }
  }

  /** One login for all calls that met the same expired one. */
  #expired(lease: SessionLease<R, V>, error: unknown, epoch: number): unknown {
    const { parts, logins } = this.#tools;
    if (epoch === logins.epoch) {
      const { generation } = lease;
      parts.dispatch({ type: 'login-expired', generation, reason: 'a call found nobody logged in' });
    }
    return this.#loggedOut(lease, error, this.#verdict(lease, error).safeToReplay);
  }

  /** Settles by a look at the login whether that is what an error is about. */
  async #asked(lease: SessionLease<R, V>, error: unknown, epoch: number): Promise<unknown> {
    const { parts, logins } = this.#tools;
    // A peer that does one thing at a time cannot be asked meanwhile.
    if (parts.busy()) return this.#judged(error, false);
    try {
      const state = await logins.check(lease.held, lease.signal);
      return state === 'expired' ? this.#expired(lease, error, epoch) : this.#judged(error, false);
    } catch {
      // The check failed by itself: what is wrong is told by the call's own error, or by the loss.
      return lease.signal.aborted ? this.#afterLoss(lease, error) : this.#judged(error, false);
    }
  }

  /** An expired login as the caller is told of it: whether the call did anything is what its own error says. */
  #loggedOut(lease: SessionLease<R, V>, error: unknown, safeToReplay: SafeToReplay): unknown {
    const same = error instanceof AuthExpiredError;
    const told = same ? error : new AuthExpiredError(undefined, { cause: error, safeToReplay });
    return this.#judged(told, this.#mayRepeat(lease, safeToReplay));
  }

  #lost(
    lease: SessionLease<R, V>,
    error: unknown,
    scope: 'session' | 'page',
    safeToReplay: SafeToReplay,
  ): unknown {
    const { name } = this.#tools.parts.plan;
    const { generation } = lease;
    const report = lease.signal.reason instanceof SessionLostError ? lease.signal.reason.report : REPORTED;
    const details = { session: name, generation, report, scope, safeToReplay, cause: error };
    return this.#judged(new SessionLostError(details), this.#mayRepeat(lease, safeToReplay));
  }

  #judged<E>(error: E, repeat: boolean): E {
    return judged(error, { session: this, repeat });
  }
}

function scopeOf(verdict: Verdict, hasViews: boolean): Verdict['scope'] {
  const { category, scope } = verdict;
  if (category === 'session-lost') return 'session';
  if (category === 'auth-expired') return 'auth';
  // What a lease works with is the resource itself where there are no views.
  if (scope === 'page' || category === 'page-lost') return hasViews ? 'page' : 'session';
  return scope;
}

function reportOf(error: unknown, verdict: Verdict): LossReport {
  const detail = error instanceof Error ? error.message : String(error);
  return { cause: verdict.category === 'crash' ? 'crash' : 'reported', detail, error };
}

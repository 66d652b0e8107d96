import type { JsonValue } from '../state/state-store.ts';
import { AuthExpiredError } from './auth-expired-error.ts';
import type { AuthState, SessionAuth } from './adapter.ts';
import type { Held } from './held.ts';
import { limited } from './limited.ts';
import { LoginRefusedError } from './login-refused-error.ts';
import { ended, readRecord, refusalOf, spent } from './login-record.ts';
import type { LoginRecord, Refusal } from './login-record.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { humanRequestOf } from './session-errors.ts';

/** Categories that say nothing against the account. */
const NOT_ITS_FAULT: readonly string[] = [
  'network',
  'dns',
  'tls',
  'rate-limit',
  'session-lost',
  'page-lost',
  'crash',
  'local',
  'cancelled',
];

/** Patience with the state store, in ms. */
const STORE_DEADLINE_MS = 10_000;

/**
 * Checks and logs in, within the budget of logins, which is noted durably before each login.
 * One login at a time: callers wait for the one under way and then check.
 */
export class LoginKeeper<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #auth: SessionAuth<R> | undefined;
  readonly #key: string;
  #flight: Promise<void> | undefined;
  #epoch = 0;
  /** Wall time at which the last look says that the login ends. */
  #expiresAt = Infinity;
  /** Boot time before which nobody logs in: the peer asked for quiet. */
  #quietUntil = 0;
  /** How the last login failed; told again by refusals that come after it. */
  #failure: unknown;

  constructor(parts: Parts<R, S, V>) {
    this.#parts = parts;
    this.#auth = parts.adapter.auth;
    this.#key = `session:${parts.plan.name}:logins`;
  }

  /** Counts logins: an error of a call that began before the last login asks for no other. */
  get epoch(): number {
    return this.#epoch;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  get present(): boolean {
    return this.#auth !== undefined;
  }

  /** Notes that the peer asked to be left alone. */
  quiet(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, this.#parts.plan.clock.boot() + ms);
  }

  /** Whether somebody is logged in; notes until when. */
  async check(held: Held<R>, signal: AbortSignal): Promise<'ok' | 'expired'> {
    const auth = this.#auth;
    if (auth === undefined) return 'ok';
    const state = await this.#limited((own) => auth.check(held.resource, { signal: own }), signal);
    return this.#noted(state);
  }

  /**
   * Logs in unless somebody is logged in. Resolves to whether a login was made.
   * @throws LoginRefusedError, what the adapter threw, or `signal.reason`.
   */
  async ensure(held: Held<R>, signal: AbortSignal, reason: string): Promise<boolean> {
    await this.#flight?.catch(() => {});
    if (this.#auth === undefined || (await this.check(held, signal)) === 'ok') return false;
    await this.login(held, signal, reason);
    return true;
  }

  /** Logs in, or waits for the login under way. */
  login(held: Held<R>, signal: AbortSignal, reason: string): Promise<void> {
    const auth = this.#auth;
    if (auth === undefined) return Promise.resolve();
    this.#flight ??= this.#login(auth, held, signal, reason).finally(() => (this.#flight = undefined));
    return this.#flight;
  }

  /** Renews what the login rests on, if the adapter can; else logs in. */
  async refresh(held: Held<R>, signal: AbortSignal): Promise<void> {
    const auth = this.#auth;
    if (auth?.refresh === undefined) return this.login(held, signal, 'the login ends soon');
    await this.#limited((own) => auth.refresh?.(held.resource, { signal: own }), signal);
    if ((await this.check(held, signal)) === 'expired') throw new AuthExpiredError();
    this.#parts.counters.refreshes += 1;
  }

  async #login(auth: SessionAuth<R>, held: Held<R>, signal: AbortSignal, reason: string): Promise<void> {
    await this.#spend();
    let sent = false;
    try {
      await this.#limited((own) => auth.login(held.resource, { signal: own, reason }), signal);
      sent = true;
      if ((await this.check(held, signal)) === 'expired') {
        throw new AuthExpiredError('Nobody is logged in right after a login.');
      }
    } catch (error) {
      throw await this.#failed(held, reason, error, sent);
    }
    await this.#update((record) => ended(record, 'ok'));
    this.#failure = undefined;
    this.#epoch += 1;
    this.#parts.counters.logins += 1;
    this.#tell(reason, 'ok');
  }

  /** `sent`: the login itself was answered, so it is not given back. */
  async #failed(held: Held<R>, reason: string, error: unknown, sent: boolean): Promise<unknown> {
    const human = humanRequestOf(error) !== undefined;
    const verdict = verdictOf(this.#parts.adapter, error, held.resource);
    this.#failure = error;
    const innocent = human || held.signal.aborted || NOT_ITS_FAULT.includes(verdict.category);
    const outcome = !innocent
      ? 'failed'
      : verdict.safeToReplay === 'yes' && !sent && !held.signal.aborted
        ? 'refund'
        : 'not-its-fault';
    if (verdict.retryAfterMs !== undefined) this.quiet(verdict.retryAfterMs);
    this.#parts.counters.failedLogins += 1;
    this.#tell(reason, human ? 'needs-human' : 'failed', error);
    const record = await this.#update((before) => ended(before, outcome));
    const refusal = innocent ? undefined : this.#refusal(record);
    return refusal === undefined ? error : new LoginRefusedError(refusal.reason, refusal.until, error);
  }

  /** Durable before the login itself, so that a program that dies in it has spent it. */
  async #spend(): Promise<void> {
    const { clock, auth } = this.#parts.plan;
    const quiet = this.#quietUntil - clock.boot();
    if (quiet > 0) throw new LoginRefusedError('the peer asked to wait', clock.now() + quiet);
    const found: { refusal?: Refusal | undefined } = {};
    await this.#update((record) => {
      found.refusal = this.#refusal(record);
      return found.refusal === undefined ? spent(record, clock.now(), auth.budget.perMs) : record;
    });
    const { refusal } = found;
    if (refusal !== undefined) throw new LoginRefusedError(refusal.reason, refusal.until, this.#failure);
  }

  #refusal(record: LoginRecord): Refusal | undefined {
    const { clock, auth, machine } = this.#parts.plan;
    return refusalOf(record, clock.now(), auth, machine);
  }

  async #update(change: (record: LoginRecord) => LoginRecord): Promise<LoginRecord> {
    const { clock, state } = this.#parts.plan;
    const update = (): Promise<JsonValue | undefined> =>
      state.update(this.#key, (current) => {
        const { at, failed } = change(readRecord(current, clock.now()));
        return { at, failed };
      });
    const value = await limited(update, { clock, ms: STORE_DEADLINE_MS });
    return readRecord(value, clock.now());
  }

  #noted(state: AuthState): 'ok' | 'expired' {
    const expiresAt: unknown = typeof state === 'object' ? state.expiresAt : Infinity;
    // What is no number counts as not told: a wait until then would be over at once, again and again.
    this.#expiresAt = typeof expiresAt === 'number' && !Number.isNaN(expiresAt) ? expiresAt : Infinity;
    if (state === 'expired' || this.#expiresAt <= this.#parts.plan.clock.now()) return 'expired';
    return 'ok';
  }

  #limited<T>(call: (signal: AbortSignal) => T | Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, openDeadlineMs } = this.#parts.plan;
    return limited(call, { clock, ms: openDeadlineMs, signal });
  }

  #tell(reason: string, outcome: 'ok' | 'failed' | 'needs-human', error?: unknown): void {
    const { name, emit } = this.#parts.plan;
    emit(() => ({
      type: 'login',
      session: name,
      reason,
      outcome,
      ...(error === undefined ? {} : { error }),
    }));
  }
}

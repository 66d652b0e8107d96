import type { Timer } from '../clock/clock.ts';
import type { Held } from './held.ts';
import type { LoginKeeper } from './login-keeper.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { humanRequestOf } from './session-errors.ts';
import type { SnapshotKeeper } from './snapshot-keeper.ts';

const SHORTEST_WAIT_MS = 1_000;

/**
 * Renews credentials ahead of their end while work goes on; tries again as long as the old ones are good. What was
 * renewed goes into a snapshot at once: a token that serves once is spent, and the one in the old snapshot is it.
 * Modes: waiting (`#timer`) -> due (waits for a moment that suits) -> renewing -> waiting.
 */
export class Refresher<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #logins: LoginKeeper<R, S, V>;
  readonly #snapshots: SnapshotKeeper<R, S, V>;
  /** Leases that are lent out. */
  readonly #lent: () => number;
  #held: Held<R> | undefined;
  #timer: Timer | undefined;
  #dueAt = Infinity;
  #expiresAt = Infinity;
  #renewal: Promise<void> | undefined;

  constructor(
    parts: Parts<R, S, V>,
    keepers: { readonly logins: LoginKeeper<R, S, V>; readonly snapshots: SnapshotKeeper<R, S, V> },
    lent: () => number,
  ) {
    this.#parts = parts;
    this.#logins = keepers.logins;
    this.#snapshots = keepers.snapshots;
    this.#lent = lent;
  }

  /** Plans the next renewal by the last look at the login. */
  start(held: Held<R>): void {
    const { clock, auth } = this.#parts.plan;
    this.#held = held;
    const left = this.#logins.expiresAt - clock.now();
    this.#expiresAt = clock.boot() + left;
    this.#arm(left - Math.min(auth.aheadMs, left / 2));
  }

  /** Resolves when no renewal is under way; never rejects. */
  async settled(): Promise<void> {
    await this.#renewal;
  }

  stop(): void {
    this.#held = undefined;
    this.#timer?.cancel();
    this.#dueAt = Infinity;
  }

  /** Renews if it is due and the moment suits: called whenever something has changed. */
  poke(): void {
    const held = this.#held;
    const { plan, adapter } = this.#parts;
    const boot = plan.clock.boot();
    if (held === undefined || boot < this.#dueAt || this.#renewal !== undefined) return;
    if (this.#parts.mode().kind !== 'ready') return;
    const alone = adapter.maxLeases === 1;
    if (alone && this.#lent() > 0) return;
    const over = boot >= this.#expiresAt;
    // A peer that does one thing at a time has no login beside its work: leases wait for it.
    if (over || (alone && adapter.auth?.refresh === undefined)) {
      return this.#logIn(held, over ? 'the login has ended' : 'the login ends soon');
    }
    this.#renewal = this.#renew(held).finally(() => {
      this.#renewal = undefined;
    });
  }

  async #renew(held: Held<R>): Promise<void> {
    try {
      const before = this.#logins.expiresAt;
      const state = await this.#logins.check(held, held.signal);
      if (state === 'expired') return this.#logIn(held, 'the login has ended');
      // A login that is prolonged by use needs no other.
      const prolonged = this.#logins.expiresAt > before + SHORTEST_WAIT_MS;
      if (!prolonged) {
        await this.#logins.refresh(held, held.signal);
        await this.#snapshots.take(held, 'login');
      }
      if (this.#held === held) this.start(held);
    } catch (error) {
      if (this.#held === held) this.#failed(held, error);
    }
  }

  /** Told as an event where it was a login. */
  #failed(held: Held<R>, error: unknown): void {
    const { adapter, plan } = this.#parts;
    const left = this.#expiresAt - plan.clock.boot();
    const needsLogin = verdictOf(adapter, error, held.resource).scope === 'auth';
    if (needsLogin && adapter.auth?.refresh !== undefined) {
      this.#logIn(held, 'what the login is renewed with is not good any more');
    } else if (humanRequestOf(error) !== undefined) {
      // Nobody is asked twice; the old credentials are good until they end, and then the session waits for a person.
      this.#arm(Math.max(SHORTEST_WAIT_MS, left));
    } else {
      this.#arm(Math.max(SHORTEST_WAIT_MS, left / 2));
    }
  }

  /** New leases wait for it. */
  #logIn({ generation }: Held<R>, reason: string): void {
    this.#dueAt = Infinity;
    this.#parts.dispatch({ type: 'login-expired', generation, reason });
  }

  #arm(ms: number): void {
    const { clock } = this.#parts.plan;
    this.#timer?.cancel();
    this.#dueAt = clock.boot() + ms;
    if (ms === Infinity) return;
    // Never early by the clock that counts sleep, though the timer may count less.
    const due = (): void => (clock.boot() >= this.#dueAt ? this.poke() : this.#again());
    this.#timer = clock.timer(ms, due, { unref: true });
  }

  #again(): void {
    this.#arm(Math.max(1, this.#dueAt - this.#parts.plan.clock.boot()));
  }
}

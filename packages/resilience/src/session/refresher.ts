import type { Timer } from '../clock/clock.ts';
import type { Held } from './held.ts';
import type { LoginKeeper } from './login-keeper.ts';
import type { Parts } from './parts.ts';

const SHORTEST_WAIT_MS = 1_000;

/**
 * Renews credentials ahead of their end while work goes on; tries again as long as the old ones are good.
 * Modes: waiting (`#timer`) -> due (waits for a moment that suits) -> renewing -> waiting.
 */
export class Refresher<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #logins: LoginKeeper<R, S, V>;
  /** Leases that are lent out. */
  readonly #lent: () => number;
  #held: Held<R> | undefined;
  #timer: Timer | undefined;
  #dueAt = Infinity;
  #expiresAt = Infinity;
  #renewing = false;

  constructor(parts: Parts<R, S, V>, logins: LoginKeeper<R, S, V>, lent: () => number) {
    this.#parts = parts;
    this.#logins = logins;
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
    if (held === undefined || boot < this.#dueAt || this.#renewing) return;
    if (this.#parts.mode().kind !== 'ready') return;
    const alone = adapter.maxLeases === 1;
    if (alone && this.#lent() > 0) return;
    const { generation } = held;
    const over = boot >= this.#expiresAt;
    // A peer that does one thing at a time has no login beside its work: leases wait for it.
    if (over || (alone && adapter.auth?.refresh === undefined)) {
      this.#dueAt = Infinity;
      const reason = over ? 'the login has ended' : 'the login ends soon';
      this.#parts.dispatch({ type: 'login-expired', generation, reason });
      return;
    }
    this.#renewing = true;
    void this.#renew(held).finally(() => {
      this.#renewing = false;
    });
  }

  async #renew(held: Held<R>): Promise<void> {
    const { clock } = this.#parts.plan;
    const { generation } = held;
    try {
      const before = this.#logins.expiresAt;
      const state = await this.#logins.check(held, held.signal);
      if (state === 'expired') {
        this.#dueAt = Infinity;
        this.#parts.dispatch({ type: 'login-expired', generation, reason: 'the login has ended' });
        return;
      }
      // A login that is prolonged by use needs no other.
      const prolonged = this.#logins.expiresAt > before + SHORTEST_WAIT_MS;
      if (!prolonged) await this.#logins.refresh(held, held.signal);
      if (this.#held === held) this.start(held);
    } catch {
      // Told as an event where it was a login; the old credentials are good until they end.
      if (this.#held === held) this.#arm(Math.max(SHORTEST_WAIT_MS, (this.#expiresAt - clock.boot()) / 2));
    }
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

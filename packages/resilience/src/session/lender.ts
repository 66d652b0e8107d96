import type { Verdict } from '../classify/verdict.ts';
import type { Calls } from './calls.ts';
import { CLOSE_DEADLINE_MS } from './closer.ts';
import type { Held } from './held.ts';
import { limited } from './limited.ts';
import type { LossReport } from './loss.ts';
import { verdictOf } from './parts.ts';
import type { Parts } from './parts.ts';
import { judged } from './session-errors.ts';
import { SessionLease } from './session-lease.ts';
import type { LeaseHost } from './session-lease.ts';
import { SessionLostError } from './session-lost-error.ts';
import { SessionUnavailableError } from './session-unavailable-error.ts';
import { Waiters } from './waiters.ts';
import type { Waiter } from './waiters.ts';
import type { StaleLeaseError } from './stale-lease-error.ts';

/** So many views lost without a quiet time between say that the resource itself is sick. */
const VIEW_LOSSES = 3;

/** What the lender needs besides the parts. */
export interface LenderTools<R, S, V> {
  readonly parts: Parts<R, S, V>;
  /** The calls, which need the lender in their turn. */
  readonly calls: () => Calls<R, S, V>;
  /** A lease was lent or came back. */
  readonly changed: () => void;
}

/** Lends the published resource to those who wait, at most `maxLeases` at a time, and takes it back. */
export class Lender<R, S, V> implements LeaseHost<R, V> {
  readonly #tools: LenderTools<R, S, V>;
  readonly #parts: Parts<R, S, V>;
  readonly #waiters = new Waiters<SessionLease<R, V>>();
  readonly #leases = new Set<SessionLease<R, V>>();
  /** Views that are being opened. */
  #opening = 0;
  #viewLosses = { generation: 0, count: 0, at: 0 };
  readonly #idle = new Set<() => void>();

  constructor(tools: LenderTools<R, S, V>) {
    this.#tools = tools;
    this.#parts = tools.parts;
  }

  get session(): string {
    return this.#parts.plan.name;
  }

  get size(): number {
    return this.#leases.size;
  }

  /** Waits for a lease; who serves is told by the session (`serve`). */
  join(signal: AbortSignal | undefined, deadlineMs: number): Promise<SessionLease<R, V>> {
    const since = this.#parts.plan.clock.monotonic();
    return this.#waiters.join({ since, deadlineMs, signal });
  }

  /** Lends what can be lent now, or turns everybody away where nothing will be. */
  serve(): void {
    for (;;) {
      const mode = this.#parts.mode();
      const held = this.#parts.current();
      const waiter = this.#waiters.first();
      if (waiter === undefined) return;
      if (mode.kind === 'open-circuit') {
        const why = { reason: mode.reason, retryAt: mode.retry.wall, cause: mode.cause };
        return this.#waiters.rejectAll(() => this.#turnedAway(why));
      }
      if (mode.kind === 'draining' || mode.kind === 'closed') {
        return this.#waiters.rejectAll(() => this.#turnedAway('closed'));
      }
      if (mode.kind !== 'ready' || held === undefined || !this.#hasRoom()) return;
      if (this.#isDoubtful(held, waiter)) {
        const why = 'nothing was heard of it for some time';
        this.#parts.dispatch({ type: 'doubted', generation: held.generation, why });
        return;
      }
      if (held.uses >= this.#parts.plan.recycle.maxUses) {
        this.#parts.dispatch({ type: 'recycle', reason: `it has served ${String(held.uses)} leases` });
        return;
      }
      this.#waiters.shift();
      this.#lend(held, waiter);
    }
  }

  /** Ends all leases: of what was lost, or was kept too long. */
  endAll(error: unknown): void {
    const leases = [...this.#leases];
    this.#leases.clear();
    for (const lease of leases) {
      lease.lose(error);
      this.#unwatch(lease);
    }
    this.#returned();
  }

  /** Waits until no lease is out, nor about to be, at most so long. */
  async empty(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    this.#returned();
    await limited(() => promise, { clock: this.#parts.plan.clock, ms, signal }).catch(() => {
      // Whoever waits goes on without the leases.
    });
    this.#idle.delete(resolve);
  }

  call<T>(lease: SessionLease<R, V>, call: (view: V) => Promise<T>, deadlineMs: number): Promise<T> {
    return this.#tools.calls().call(lease, call, deadlineMs);
  }

  report(lease: SessionLease<R, V>, error: unknown): Verdict {
    return this.#tools.calls().report(lease, error);
  }

  stale(error: StaleLeaseError): StaleLeaseError {
    this.#parts.counters.staleCalls += 1;
    return judged(error, { session: this.#tools.calls(), repeat: true });
  }

  /** Takes a lease back, once its view is closed. */
  async release(lease: SessionLease<R, V>): Promise<void> {
    if (!this.#leases.has(lease)) return;
    this.#unwatch(lease);
    await this.#closeView(lease.held, lease.view);
    this.#leases.delete(lease);
    this.#returned();
  }

  /** The view of one lease is gone: that lease ends; several in a row end the resource. */
  loseView(lease: SessionLease<R, V>, report: LossReport): void {
    const { held } = lease;
    if (lease.stale || held.signal.aborted) return;
    const { plan, counters } = this.#parts;
    const { generation } = held;
    counters.viewLosses += 1;
    plan.emit(() => ({ type: 'view-lost', session: plan.name, generation, report }));
    const error = new SessionLostError({ session: plan.name, generation, report, scope: 'page' });
    lease.lose(judged(error, { session: this.#tools.calls(), repeat: true }));
    this.#leases.delete(lease);
    this.#unwatch(lease);
    void this.#closeView(held, lease.view);
    this.#escalate(held, report);
    this.#returned();
  }

  #escalate(held: Held<R>, report: LossReport): void {
    const at = this.#parts.plan.clock.boot();
    const before = this.#viewLosses;
    const row =
      before.generation === held.generation && at - before.at < this.#parts.plan.machine.stableAfterMs;
    const count = row ? before.count + 1 : 1;
    this.#viewLosses = { generation: held.generation, count, at };
    if (count < VIEW_LOSSES) return;
    this.#parts.lose(held, { ...report, detail: `${String(count)} views were lost in a row` });
  }

  #hasRoom(): boolean {
    return this.#leases.size + this.#opening < (this.#parts.adapter.maxLeases ?? Infinity);
  }

  #isDoubtful(held: Held<R>, waiter: Waiter<unknown>): boolean {
    const { clock, probe } = this.#parts.plan;
    return held.heardAt < waiter.since && clock.monotonic() - held.heardAt >= probe.idleMs;
  }

  #turnedAway(why: ConstructorParameters<typeof SessionUnavailableError>[1]): SessionUnavailableError {
    const error = new SessionUnavailableError(this.session, why);
    return judged(error, { session: this.#tools.calls(), repeat: false });
  }

  #lend(held: Held<R>, waiter: Waiter<SessionLease<R, V>>): void {
    const { view } = this.#parts.adapter;
    if (view === undefined) {
      // Without a view the port has V = R.
      this.#hand(held, held.resource as unknown as V, waiter);
      return;
    }
    this.#opening += 1;
    const { clock, callDeadlineMs } = this.#parts.plan;
    const opened = limited((signal) => view.open(held.resource, { signal }), {
      clock,
      ms: callDeadlineMs,
      code: 'ERR_TIMEOUT_CALL',
      signal: held.signal,
      late: (late) => void this.#closeView(held, late),
    });
    void opened
      .then(
        (value) => {
          this.#opening -= 1;
          // Lost, or taken out of service to be replaced: nobody would end a lease of it any more.
          const isOver = held !== this.#parts.current();
          if (waiter.settled || isOver) void this.#closeView(held, value);
          if (isOver) this.#waiters.putBack(waiter);
          else if (!waiter.settled) this.#hand(held, value, waiter);
        },
        (error: unknown) => {
          this.#opening -= 1;
          this.#viewFailed(held, waiter, error);
        },
      )
      .then(() => this.#returned());
  }

  /** Somebody who cannot get a view waits on; what cannot get better he is told. */
  #viewFailed(held: Held<R>, waiter: Waiter<SessionLease<R, V>>, error: unknown): void {
    const { adapter, dispatch } = this.#parts;
    if (held === this.#parts.current()) {
      const verdict = verdictOf(adapter, error, held.resource);
      if (verdict.category === 'permanent' || verdict.category === 'defect') return waiter.reject(error);
      const detail = error instanceof Error ? error.message : String(error);
      const report: LossReport = { cause: 'reported', detail, error };
      if (verdict.scope === 'session') this.#parts.lose(held, report);
      else {
        dispatch({ type: 'doubted', generation: held.generation, why: 'a view could not be opened' });
        this.#escalate(held, report);
      }
    }
    this.#waiters.putBack(waiter);
  }

  #hand(held: Held<R>, view: V, waiter: Waiter<SessionLease<R, V>>): void {
    const lease = new SessionLease<R, V>(this, held, view, waiter);
    this.#leases.add(lease);
    try {
      const watched = this.#parts.adapter.view?.watch(view, (report) => this.loseView(lease, report));
      if (watched !== undefined) lease.watchedBy(watched);
    } catch (error) {
      this.#leases.delete(lease);
      void this.#closeView(held, view);
      this.#viewFailed(held, waiter, error);
      return;
    }
    held.uses += 1;
    this.#parts.counters.leases += 1;
    waiter.resolve(lease);
    this.#tools.changed();
  }

  /** Also when the view is gone: a crashed page takes memory until it is closed. */
  async #closeView(held: Held<R>, view: V): Promise<void> {
    const port = this.#parts.adapter.view;
    if (port === undefined || held.signal.aborted) return;
    const { clock, emit, name } = this.#parts.plan;
    try {
      await limited((signal) => port.close(view, { signal }), {
        clock,
        ms: CLOSE_DEADLINE_MS / 2,
        signal: held.signal,
      });
    } catch (error) {
      if (held.signal.aborted) return;
      emit(() => ({ type: 'close-failed', session: name, generation: held.generation, error }));
    }
  }

  #unwatch(lease: SessionLease<R, V>): void {
    try {
      lease.unwatch();
    } catch (error) {
      const { emit, name } = this.#parts.plan;
      emit(() => ({ type: 'close-failed', session: name, generation: lease.generation, error }));
    }
  }

  #returned(): void {
    if (this.#leases.size + this.#opening === 0) for (const tell of this.#idle) tell();
    this.#tools.changed();
  }
}

import type { Timer } from '../clock/clock.ts';
import type { JsonValue } from '../state/state-store.ts';
import type { Held } from './held.ts';
import { limited } from './limited.ts';
import type { LoginKeeper } from './login-keeper.ts';
import type { Parts } from './parts.ts';

/** Patience with the snapshot store, in ms. */
const STORE_DEADLINE_MS = 10_000;

/**
 * Keeps the last good snapshot, in memory and in the store. Takes one at a time, and none of a resource that has
 * ended, is suspect or is logged out.
 */
export class SnapshotKeeper<R, S, V> {
  readonly #parts: Parts<R, S, V>;
  readonly #logins: LoginKeeper<R, S, V>;
  #last: S | undefined;
  #loaded = false;
  #timer: Timer | undefined;
  #taking: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts<R, S, V>, logins: LoginKeeper<R, S, V>) {
    this.#parts = parts;
    this.#logins = logins;
  }

  /** What the next generation is to be restored from. */
  async last(signal: AbortSignal): Promise<S | undefined> {
    const { store } = this.#parts.plan.snapshot;
    if (this.#loaded || store === undefined) return this.#last;
    try {
      const { clock, name } = this.#parts.plan;
      const value = await limited(() => store.load(name), { clock, ms: STORE_DEADLINE_MS, signal });
      this.#loaded = true;
      this.#last ??= value as S | undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#failed(error);
    }
    return this.#last;
  }

  /** Takes one on cadence until the resource ends. */
  start(held: Held<R>): void {
    this.stop();
    const { clock, snapshot } = this.#parts.plan;
    if (this.#parts.adapter.snapshot === undefined || snapshot.everyMs === Infinity) return;
    const due = (): void => {
      this.start(held);
      if (this.#parts.mode().kind === 'ready' && !this.#parts.busy()) void this.take(held, 'cadence');
    };
    this.#timer = clock.timer(snapshot.everyMs, due, { unref: true });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Takes one unless it would be a bad one; never rejects. `login`: somebody has just been seen logged in. */
  take(held: Held<R>, why: 'login' | 'cadence' | 'end'): Promise<void> {
    const taking = this.#taking.then(() => this.#take(held, why));
    this.#taking = taking;
    return taking;
  }

  async #take(held: Held<R>, why: 'login' | 'cadence' | 'end'): Promise<void> {
    const { adapter, counters, plan } = this.#parts;
    if (adapter.snapshot === undefined || !this.#mayTake(held, why)) return;
    try {
      if (why !== 'login' && (await this.#logins.check(held, held.signal)) === 'expired') {
        this.#parts.dispatch({
          type: 'login-expired',
          generation: held.generation,
          reason: 'a check before a snapshot found nobody logged in',
        });
        return;
      }
      const snapshot = await limited((signal) => adapter.snapshot?.(held.resource, { signal }), {
        clock: plan.clock,
        ms: plan.probe.deadlineMs + plan.probe.patienceMs,
        signal: held.signal,
      });
      if (snapshot === undefined || !this.#mayTake(held, why)) return;
      this.#last = snapshot;
      await this.#save(snapshot);
      counters.snapshots += 1;
      plan.emit(() => ({ type: 'snapshot', session: plan.name, outcome: 'saved' }));
    } catch (error) {
      if (!held.signal.aborted) this.#failed(error);
    }
  }

  #mayTake(held: Held<R>, why: 'login' | 'cadence' | 'end'): boolean {
    if (held.signal.aborted || held.report !== undefined) return false;
    return why !== 'cadence' || this.#parts.mode().kind === 'ready';
  }

  async #save(snapshot: S): Promise<void> {
    const { plan } = this.#parts;
    const { store } = plan.snapshot;
    if (store === undefined) return;
    const save = (): Promise<void> => store.save(plan.name, snapshot as JsonValue);
    await limited(save, { clock: plan.clock, ms: STORE_DEADLINE_MS });
  }

  #failed(error: unknown): void {
    const { emit, name } = this.#parts.plan;
    emit(() => ({ type: 'snapshot', session: name, outcome: 'failed', error }));
  }
}

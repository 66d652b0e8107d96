import { AsyncLocalStorage } from 'node:async_hooks';
import { parseDuration } from '../clock/duration.ts';
import type { SessionAdapter } from './adapter.ts';
import type { Lease } from './lease.ts';
import { SessionEngine } from './session-engine.ts';
import type { SessionLease } from './session-lease.ts';
import { sessionPlan } from './session-plan.ts';
import type { SessionPolicy } from './session-policy.ts';
import type { SessionState } from './session-state.ts';
import type { SessionStats } from './session-stats.ts';
import type { LeaseOptions, SupervisedSession, UseOptions } from './supervised-session.ts';
import { useSession } from './use-session.ts';

/**
 * Shares one long-lived resource between any number of tasks and replaces it when it is lost: one recovery for all,
 * with state carried over. Opens nothing before the first lease is asked for. `drain()` it, or dispose of it, in the
 * end.
 * @throws InvalidOptionError naming the option.
 */
export function superviseSession<R, S = unknown, V = R>(
  adapter: SessionAdapter<R, S, V>,
  policy: SessionPolicy,
): SupervisedSession<V> {
  return new Supervised(new SessionEngine(adapter, sessionPlan(policy)), adapter);
}

/** Modes: those of its engine (`SessionEngine`); this is the face that programs see. */
class Supervised<R, S, V> implements SupervisedSession<V> {
  readonly #engine: SessionEngine<R, S, V>;
  readonly #adapter: Pick<SessionAdapter<R, S, V>, 'maxLeases'>;
  /** The lease within whose `use` the present code runs. */
  readonly #outer = new AsyncLocalStorage<SessionLease<R, V>>();

  constructor(engine: SessionEngine<R, S, V>, adapter: Pick<SessionAdapter<R, S, V>, 'maxLeases'>) {
    this.#engine = engine;
    this.#adapter = adapter;
  }

  get name(): string {
    return this.#engine.plan.name;
  }

  get state(): SessionState {
    return this.#engine.state;
  }

  get stats(): SessionStats {
    const { counters, lender } = this.#engine;
    return { ...counters, leasesOut: lender.size, recoveryMs: [...counters.recoveryMs] };
  }

  lease(options: LeaseOptions = {}): Promise<Lease<V>> {
    return this.#lease(options.signal, this.#engine.plan.callDeadlineMs);
  }

  use<T>(work: (lease: Lease<V>) => Promise<T>, options: UseOptions = {}): Promise<T> {
    const { deadline } = options;
    const deadlineMs =
      deadline === undefined
        ? this.#engine.plan.callDeadlineMs
        : Math.max(1, parseDuration(deadline, 'deadline'));
    const { calls, logins } = this.#engine;
    return useSession(work, options, {
      calls,
      epoch: () => logins.epoch,
      lease: (signal) => this.#lease(signal, deadlineMs),
      shared: () => this.#shared(),
      within: (lease, run) => this.#outer.run(lease, run),
    });
  }

  async check(why: string): Promise<void> {
    const { mode } = this.#engine;
    if (mode.kind === 'ready') this.#engine.dispatch({ type: 'doubted', generation: mode.generation, why });
    await this.#engine.settled();
  }

  async recycle(reason: string): Promise<void> {
    if (this.#engine.mode.kind !== 'ready') await this.#engine.settled();
    this.#engine.dispatch({ type: 'recycle', reason });
    await this.#engine.settled();
  }

  resume(): void {
    this.#engine.dispatch({ type: 'resumed' });
  }

  drain(): Promise<void> {
    this.#engine.dispatch({ type: 'drain' });
    return this.#engine.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  #lease(signal: AbortSignal | undefined, deadlineMs: number): Promise<SessionLease<R, V>> {
    const lease = this.#engine.lender.join(signal, deadlineMs);
    this.#engine.dispatch({ type: 'wanted' });
    return lease;
  }

  /**
   * The lease of the `use` around this one, where another could not be had before that one ends: places are limited,
   * or the resource is about to be replaced or closed.
   */
  #shared(): SessionLease<R, V> | undefined {
    const outer = this.#outer.getStore();
    if (outer === undefined || outer.stale) return undefined;
    const { mode } = this.#engine;
    const ends = mode.kind === 'draining' || (mode.kind === 'course' && mode.step.name === 'retiring');
    return this.#adapter.maxLeases !== undefined || ends ? outer : undefined;
  }
}

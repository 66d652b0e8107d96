import type { Timer } from '../clock/clock.ts';
import type { SessionAdapter } from './adapter.ts';
import { Calls } from './calls.ts';
import { Closer } from './closer.ts';
import { newCounters, noteRecoveryTime } from './counters.ts';
import type { Counters } from './counters.ts';
import type { Held } from './held.ts';
import { Lender } from './lender.ts';
import { limited } from './limited.ts';
import { LoginKeeper } from './login-keeper.ts';
import type { Loss, LossReport } from './loss.ts';
import { mayReattach } from './opening.ts';
import type { Outcome } from './opening.ts';
import type { Parts } from './parts.ts';
import { Prober } from './prober.ts';
import { Refresher } from './refresher.ts';
import { Rounds } from './rounds.ts';
import { judged } from './session-errors.ts';
import { SessionLostError } from './session-lost-error.ts';
import { NEW_MACHINE, transition } from './session-machine.ts';
import type { Course, Effect, Input, Machine, Mode } from './machine-types.ts';
import type { SessionPlan } from './session-plan.ts';
import type { SessionState } from './session-state.ts';
import { SessionUnavailableError } from './session-unavailable-error.ts';
import { viewOf } from './session-view.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';
import { Tries } from './tries.ts';

/**
 * Runs the machine: feeds it what happens and does what it decides. It decides nothing itself.
 *
 * Modes (`session-machine.ts`), and who may be out:
 * - idle: nothing is open. -> opening by the first who asks.
 * - opening, recovering (`course`): one try at a time, or the wait before the next one, or (recycling) the wait for
 *   the leases. `#tries` makes it; `#old` is what it replaces; nothing is published before its probe.
 *   -> ready, needs-human, open-circuit, or on with the next try.
 * - ready: `#current` is lent. -> suspect by doubt or an expired login, recovering by a loss or to recycle.
 * - suspect: `#current` lives, leases go on, new ones wait. -> ready by an answer or a login, recovering by a loss.
 * - needs-human: `#kept` (a try) or `#current` (a login) waits for `resume`.
 * - open-circuit: nothing is open; who asks is refused until `retryAt`, then one try is made.
 * - draining: leases end, then everything is closed. -> closed, for good.
 *
 * Failure modes: any adapter call may hang (each is limited), yield late (what an `open` yields late is closed),
 * fail, or be overtaken by a loss; a loss is told any number of times, also late (only the first of the published
 * generation counts). Everything that waits ends with the resource (`Held.signal`).
 */
export class SessionEngine<R, S, V> {
  readonly plan: SessionPlan;
  readonly counters: Counters = newCounters();
  readonly lender: Lender<R, S, V>;
  readonly calls: Calls<R, S, V>;
  readonly logins: LoginKeeper<R, S, V>;
  readonly #adapter: SessionAdapter<R, S, V>;
  readonly #closer: Closer<R>;
  readonly #prober: Prober<R, S, V>;
  readonly #snapshots: SnapshotKeeper<R, S, V>;
  readonly #refresher: Refresher<R, S, V>;
  readonly #tries: Tries<R, S, V>;
  readonly #rounds: Rounds;
  #machine: Machine = NEW_MACHINE;
  #current: Held<R> | undefined;
  #old: Held<R> | undefined;
  #kept: Held<R> | undefined;
  #made: Extract<Outcome<R>, { readonly kind: 'made' }> | undefined;
  #wait: Timer | undefined;
  #lostAt: number | undefined;
  #recycling = false;
  readonly #inputs: Input[] = [];
  #busy = false;
  #again = false;
  readonly #settled = new Set<() => void>();
  readonly #closed = Promise.withResolvers<void>();

  constructor(adapter: SessionAdapter<R, S, V>, plan: SessionPlan) {
    this.#adapter = adapter;
    this.plan = plan;
    this.#closer = new Closer(adapter, plan);
    const parts = this.#parts();
    this.logins = new LoginKeeper(parts);
    this.#prober = new Prober(parts);
    this.#snapshots = new SnapshotKeeper(parts, this.logins);
    this.lender = new Lender({ parts, calls: () => this.calls, changed: () => this.#afterwards() });
    const loseView: Lender<R, S, V>['loseView'] = (lease, report) => this.lender.loseView(lease, report);
    this.calls = new Calls({ parts, logins: this.logins, prober: this.#prober, loseView });
    const keepers = { logins: this.logins, snapshots: this.#snapshots, prober: this.#prober };
    this.#refresher = new Refresher(parts, keepers, () => this.lender.size);
    this.#tries = new Tries(parts, keepers, {
      made: (outcome) => (this.#made = outcome),
      kept: (held) => (this.#kept = held),
      loggedIn: (held) => this.#refresher.start(held),
      failures: () => this.#machine.memory.failures,
    });
    this.#rounds = new Rounds(plan, {
      woke: () => this.#woke(),
      aged: () => this.dispatch({ type: 'recycle', reason: 'it is old enough' }),
    });
  }

  get mode(): Mode {
    return this.#machine.mode;
  }

  get state(): SessionState {
    return viewOf(this.#machine, this.lender.size);
  }

  /** Resolves once the session is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Feeds the machine, and does what it decides. Inputs that come about meanwhile are taken in turn. */
  dispatch(input: Input): void {
    this.#inputs.push(input);
    this.#afterwards();
  }

  /** Resolves when the session is ready, or cannot be without somebody's doing. */
  async settled(): Promise<void> {
    if (isSettled(this.mode)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settled.add(resolve);
    await promise;
  }

  #parts(): Parts<R, S, V> {
    return {
      adapter: this.#adapter,
      plan: this.plan,
      counters: this.counters,
      closer: this.#closer,
      mode: () => this.mode,
      current: () => this.#current,
      dispatch: (input) => this.dispatch(input),
      lose: (held, report) => this.#lose(held, report),
      busy: () => this.#adapter.maxLeases === 1 && this.calls.inFlight > 0,
    };
  }

  /** Takes all inputs, then lends. Not re-entrant: what comes about on the way is done afterwards, in order. */
  #afterwards(): void {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      do {
        this.#again = false;
        for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
          this.#apply(input);
        }
        this.#serve();
      } while (this.#again || this.#inputs.length > 0);
    } finally {
      this.#busy = false;
    }
  }

  #apply(input: Input): void {
    const before = this.#machine;
    const { machine, effects } = transition(before, input, this.plan.now(), this.plan.machine);
    if (machine.mode !== before.mode) {
      const from = this.state;
      this.#machine = machine;
      if (!isWaiting(machine.mode)) this.#wait?.cancel();
      this.plan.emit(() => ({ type: 'state', session: this.plan.name, from, to: this.state }));
    } else {
      this.#machine = machine;
    }
    for (const effect of effects) this.#do(effect);
  }

  #serve(): void {
    const { mode } = this;
    this.#refresher.poke();
    const uses = this.#current?.uses ?? 0;
    if (mode.kind === 'ready' && uses >= this.plan.recycle.maxUses) {
      this.#inputs.push({ type: 'recycle', reason: `it has served ${String(uses)} leases` });
      return;
    }
    this.lender.serve();
    if (!isSettled(this.mode)) return;
    for (const tell of this.#settled) tell();
    this.#settled.clear();
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'try':
        return this.#try(effect.course);
      case 'wait':
        return this.#waits(effect);
      case 'publish':
        return this.#publish(effect.generation);
      case 'probe':
        if (this.#current !== undefined) void this.#prober.look(this.#current, effect.why);
        return;
      case 'login':
        if (this.#current !== undefined) void this.#tries.login(this.#current, effect);
        return;
      case 'lose':
        return this.#lost(effect.loss, effect.replaced);
      case 'retire':
        return void this.#retire(effect.reason);
      case 'shut':
        return this.#shut();
      case 'finish':
        return void this.#finish(effect.snapshot);
    }
  }

  #waits({ ms, attempt, verdict }: Extract<Effect, { readonly type: 'wait' }>): void {
    const { clock, emit, name } = this.plan;
    emit(() => ({ type: 'wait', session: name, attempt, delayMs: ms, verdict }));
    this.#wait = clock.timer(ms, () => this.dispatch({ type: 'due' }));
  }

  #try(course: Course): void {
    this.#rounds.watch();
    const before = { old: this.#old, kept: this.#kept };
    this.#kept = undefined;
    void this.#tries.make(course, before);
  }

  #publish(generation: number): void {
    const made = this.#made;
    if (made === undefined) return;
    const { held, how, durationMs } = made;
    const { clock, emit, name } = this.plan;
    this.#made = undefined;
    this.#current = held;
    held.listener = (report) => this.#lose(held, report);
    this.counters.generation = generation;
    this.counters[how === 'open' ? 'opens' : 'reattaches'] += 1;
    if (this.#recycling) this.counters.recycles += 1;
    if (this.#lostAt !== undefined) {
      this.counters.recoveries += 1;
      noteRecoveryTime(this.counters, clock.monotonic() - this.#lostAt);
    }
    this.#recycling = false;
    this.#lostAt = undefined;
    emit(() => ({ type: 'opened', session: name, generation, how, durationMs }));
    const old = this.#old;
    this.#old = undefined;
    if (old !== undefined && !old.signal.aborted) void this.#closer.close(old, { force: false });
    this.#prober.start(held);
    this.#snapshots.start(held);
    this.#refresher.start(held);
    this.#rounds.age();
  }

  /** The published resource is said to be lost: the machine knows whether that is news. */
  #lose(held: Held<R>, report: LossReport): void {
    if (held !== this.#current || held.signal.aborted) return;
    const loss: Loss = {
      ...report,
      generation: held.generation,
      at: this.plan.clock.now(),
      ageMs: this.plan.clock.monotonic() - held.openedAt,
      uses: held.uses,
      ...(held.rssBytes === undefined ? {} : { rssBytes: held.rssBytes }),
    };
    this.dispatch({ type: 'lost', loss });
  }

  #lost(loss: Loss, replaced: boolean): void {
    const held = this.#current;
    if (held === undefined) return;
    const { clock, emit, name } = this.plan;
    this.counters.losses += 1;
    this.#lostAt = clock.monotonic();
    this.#recycling = false;
    const error = this.#lostError(held, loss);
    held.end(error);
    this.#stopRounds();
    this.#current = undefined;
    if (replaced) this.#old = held;
    emit(() => ({ type: 'lost', session: name, loss }));
    this.lender.endAll(error);
    const reattaches = replaced && this.#adapter.reattach !== undefined && mayReattach(loss.cause);
    if (!reattaches) void this.#closer.close(held, { force: true });
  }

  #lostError(held: Held<R>, report: LossReport): SessionLostError {
    const { generation } = held;
    const error = new SessionLostError({ session: this.plan.name, generation, report, scope: 'session' });
    return judged(error, { session: this.calls, repeat: true });
  }

  /** Waits for the leases, takes a snapshot, and hands the resource over to its replacement. */
  async #retire(reason: string): Promise<void> {
    const held = this.#current;
    if (held === undefined) return;
    this.#recycling = true;
    await this.#atRest(held);
    await this.#snapshots.take(held, 'end');
    if (held.signal.aborted || held !== this.#current) return;
    this.lender.endAll(this.#lostError(held, { cause: 'closed', detail: `recycled: ${reason}` }));
    this.#stopRounds();
    this.#current = undefined;
    this.#old = held;
    this.dispatch({ type: 'retired' });
  }

  #shut(): void {
    this.#tries.stop(new SessionUnavailableError(this.plan.name, 'closed'));
    this.#stopRounds();
    const detail = 'the session is out of service';
    for (const held of [this.#current, this.#old, this.#kept]) {
      if (held === undefined) continue;
      this.lender.endAll(this.#lostError(held, { cause: 'closed', detail }));
      void this.#closer.close(held, { force: false });
    }
    this.#current = this.#old = this.#kept = undefined;
    this.#recycling = false;
  }

  async #finish(snapshot: boolean): Promise<void> {
    const error = judged(new SessionUnavailableError(this.plan.name, 'closed'), {
      session: this.calls,
      repeat: false,
    });
    this.#tries.stop(error);
    const held = this.#current;
    if (held !== undefined) {
      await this.#atRest(held);
      if (snapshot) await this.#snapshots.take(held, 'end');
    }
    this.lender.endAll(error);
    this.#shut();
    await this.#closer.all();
    this.#rounds.stop();
    this.dispatch({ type: 'closed' });
    this.#closed.resolve();
  }

  /** Waits for the leases, and for a renewal of the login: what that rotates has to be in the last snapshot. */
  async #atRest({ signal }: Held<R>): Promise<void> {
    const { clock, recycle } = this.plan;
    const renewal = limited(() => this.#refresher.settled(), { clock, ms: recycle.drainMs, signal });
    await Promise.allSettled([this.lender.empty(recycle.drainMs, signal), renewal]);
  }

  #stopRounds(): void {
    this.#prober.stop();
    this.#snapshots.stop();
    this.#refresher.stop();
    this.#rounds.stopAge();
  }

  #woke(): void {
    this.dispatch({ type: 'woke' });
    const { mode } = this;
    if (!this.plan.probe.onWake || mode.kind !== 'ready' || this.#parts().busy()) return;
    this.dispatch({
      type: 'doubted',
      generation: mode.generation,
      why: 'the machine or the process stood still',
    });
  }
}

function isSettled(mode: Mode): boolean {
  return ['idle', 'ready', 'needs-human', 'open-circuit', 'closed'].includes(mode.kind);
}

function isWaiting(mode: Mode): boolean {
  if (mode.kind === 'course') return mode.step.name === 'waiting';
  return mode.kind === 'suspect' && mode.due !== undefined;
}

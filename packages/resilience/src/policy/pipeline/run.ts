import type { Category, Verdict } from '../../classify/verdict.ts';
import type { AwakeLimit } from '../../clock/awake-limits.ts';
import { warnOf } from '../../clock/notify.ts';
import { isHeard } from '../../events/publish.ts';
import type { MachineSignal } from '../../events/machine-signals.ts';
import type { Permit } from '../breaker/breaker.ts';
import type { Outcome } from '../breaker/breaker-state.ts';
import { emit, nextRun } from '../events.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';
import { Attempt } from './attempt.ts';
import type { AttemptFunction, AttemptWatcher } from './attempt.ts';
import type { Place } from './attempt-place.ts';
import type { Reservation } from '../limit/rate-limiter.ts';
import { enrich } from './failure.ts';
import type { AttemptRecord, StopReason } from './failure.ts';
import type { Plan } from './options-plan.ts';
import { targetOf } from './attempt-target.ts';
import type { RunOptions } from './run-options.ts';
import { SystemWakeError } from './system-wake-error.ts';
import { waitFor } from './wait.ts';
import type { OnWait, WaitKind, WaitTools } from './wait.ts';

/** A failure, judged. */
export interface Failed {
  readonly error: unknown;
  readonly verdict: Verdict;
}

/** What a run waits for, and for how long in ms (`Infinity` where nobody knows). */
export interface PlannedWait {
  readonly kind: WaitKind;
  readonly ms: number;
}

/** What the end of a run interrupts. */
interface Stoppable {
  abandon(reason: unknown): void;
}

/** Retries of one category so far. */
export interface Retried {
  readonly count: number;
  readonly delayMs: number | undefined;
}

/**
 * The state of one run, for the loop in `run-loop.ts` and the steps beside it. Modes: running (at most one thing at
 * a time is under way, `#current`) -> stopped (by the caller or the deadline; what was under way rejects with the
 * reason, and nothing new begins) -> ended.
 */
export class Run<T> implements AttemptWatcher {
  readonly plan: Plan;
  readonly caller: AbortSignal | undefined;
  readonly key: string | undefined;
  /** The number of the last attempt. */
  attempt = 0;
  /** Attempts that count. */
  counted = 0;
  /** Monotonic time at which the last attempt began. */
  startedAt = 0;
  /** The same in wall time. */
  startedWall = 0;
  /** How far boot time was ahead then; see `SleepWitness`. */
  aheadMs = 0;
  /** The machine had no network at some time since the last attempt began. */
  wasOffline = false;
  /** The function was called, and what came of it is not judged. */
  isAttempting = false;
  permit: Permit | undefined;
  place: Place | undefined;
  /** The start that the next attempt was given. */
  reservation: Reservation | undefined;
  last: Failed | undefined;
  retried: Map<Category, Retried> | undefined;
  stopped: { readonly reason: unknown } | undefined;
  readonly #fn: AttemptFunction<T>;
  readonly #onWait: OnWait | undefined;
  readonly #interruptible: boolean;
  #id = 0;
  #records: AttemptRecord[] | undefined;
  #current: Stoppable | undefined;
  #last: Attempt<T> | undefined;
  #stop: AbortController | undefined;
  #deadline: AwakeLimit | undefined;
  #lifetime: AwakeLimit | undefined;
  #leaveMachine: (() => void) | undefined;

  constructor(plan: Plan, fn: AttemptFunction<T>, options: RunOptions) {
    this.plan = plan;
    this.caller = options.signal;
    this.key = options.key;
    this.#onWait = options.onWait;
    this.#fn = plan.chaos === undefined ? fn : plan.chaos.inject(fn);
    this.#interruptible = plan.interrupts || options.signal !== undefined;
  }

  /** Its number in events; a run that nobody hears has none. */
  get id(): number {
    this.#id ||= nextRun();
    return this.#id;
  }

  get isHeard(): boolean {
    return isHeard(this.plan.onEvent);
  }

  /** Begins what lasts as long as the run. */
  begin(): void {
    const { deadline, lifetime, machine } = this.plan;
    this.caller?.addEventListener('abort', this.#onCallerAbort, { once: true });
    this.#deadline = deadline?.start(this, onDeadline);
    this.#lifetime = lifetime?.start(this, NOTHING);
    this.#leaveMachine = machine?.subscribe((signal) => this.#onMachine(signal));
  }

  /** Ends what `begin` began, and gives back what was lent for an attempt that did not happen. */
  end(): void {
    this.caller?.removeEventListener('abort', this.#onCallerAbort);
    this.#deadline?.cancel();
    this.#lifetime?.cancel();
    this.#leaveMachine?.();
    this.reservation?.cancel();
    void this.note('none', undefined);
  }

  /** Calls the function once; what it gives may be no promise. */
  call(): Promise<T> | T {
    const { plan } = this;
    const { clock, machine } = plan;
    // It may have stopped after the last wait was over, before the loop went on.
    this.throwIfStopped();
    this.isAttempting = true;
    this.reservation = undefined;
    this.attempt += 1;
    this.startedAt = clock.monotonic();
    this.startedWall = clock.now();
    this.aheadMs = plan.witness.mark(this.startedAt);
    this.wasOffline = machine !== undefined && !machine.online;
    if (this.isHeard) this.#tellAttempt();
    // Whoever was told may have aborted it.
    this.throwIfStopped();
    const limits = plan.hedge === undefined ? plan : plan.unlimited;
    const place = plan.hedge === undefined ? this.place : undefined;
    const attempt = new Attempt<T>(limits, this, this.attempt, this.startedAt, place);
    this.#last = attempt;
    if (!this.#interruptible) return this.#fn(attempt);
    this.#current = attempt;
    return attempt.start(plan.hedge === undefined ? this.#fn : targetOf(this, this.#fn));
  }

  /** @throws the reason when the run has stopped. */
  throwIfStopped(): void {
    if (this.stopped !== undefined) throw this.stopped.reason;
  }

  /** How long the last attempt has lasted, in ms. */
  durationMs(): number {
    return this.plan.clock.monotonic() - this.startedAt;
  }

  /** Lived time since the run began, in ms; known where somebody asks for it. */
  elapsedMs(): number {
    const limit = this.#deadline ?? this.#lifetime;
    const full = this.plan.deadline ?? this.plan.lifetime;
    return limit === undefined || full === undefined ? 0 : full.ms - limit.leftMs;
  }

  /** Sleep or standstill during the last attempt, in ms. */
  lostMs(): number {
    const { witness, timeout, hedge } = this.plan;
    const since = { at: this.startedAt, aheadMs: this.aheadMs };
    if (timeout === undefined || hedge !== undefined) return witness.lostMs(since);
    return witness.lostMs(since, { timer: { leftMs: this.#last?.leftMs ?? 0 }, limitMs: timeout.ms });
  }

  /** Tells the parts how the attempt went, and gives back what was lent for it. */
  note(outcome: Outcome, category: Category | undefined): Promise<void> | undefined {
    const { permit, place, plan } = this;
    this.place = undefined;
    place?.judge(outcome, category);
    if (permit === undefined || plan.breaker === undefined) return undefined;
    this.permit = undefined;
    const durationMs = outcome === 'none' ? 0 : this.durationMs();
    const recorded = plan.breaker.record(outcome, permit, durationMs);
    // The state holds in memory, and what the attempt achieved stands.
    return recorded instanceof Promise ? recorded.catch(warnOf) : undefined;
  }

  /** The attempt succeeded. */
  succeeded(): Promise<void> | undefined {
    const { plan } = this;
    if (this.isHeard) {
      const durationMs = this.durationMs();
      emit(plan.onEvent, { type: 'success', ...this.about(), durationMs });
    }
    plan.budget?.record?.('success', this.last?.verdict.category);
    plan.rate?.learn?.(false, this.key);
    return this.note('success', undefined);
  }

  /** What all events of the run carry. */
  about(): { readonly policy: string; readonly run: number; readonly attempt: number } {
    return { policy: this.plan.name, run: this.id, attempt: this.attempt };
  }

  /** Ends the run from outside: whatever is under way rejects with the reason. */
  #stopWith(reason: unknown): void {
    this.stopped ??= { reason };
    this.#stop?.abort(reason);
    this.#current?.abandon(reason);
  }

  readonly #onCallerAbort = (): void => this.#stopWith(this.caller?.reason);

  /** The deadline has passed. */
  onDeadline(): void {
    const ms = this.plan.deadline?.ms ?? 0;
    this.#stopWith(new TimeoutError('ERR_TIMEOUT_DEADLINE', ms, this.last?.error));
  }

  #onMachine(signal: MachineSignal): void {
    if (signal.kind === 'offline') this.wasOffline = true;
    if (signal.kind === 'wake' && this.#current instanceof Attempt) {
      this.#current.abandon(new SystemWakeError(signal.sleptMs));
    }
  }

  /** A signal that aborts when the run stops; undefined when nothing can stop it. */
  stopSignal(): AbortSignal | undefined {
    if (this.plan.deadline === undefined) return this.caller;
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      if (this.stopped !== undefined) this.#stop.abort(this.stopped.reason);
    }
    return this.#stop.signal;
  }

  /** What a part promised, or the reason as soon as the run stops; what comes afterwards is for `onLate`. */
  orStop<V>(promise: Promise<V>, onLate: (value: V) => void): Promise<V> {
    if (!this.#interruptible) return promise;
    const { promise: result, resolve, reject } = Promise.withResolvers<V>();
    let open = true;
    const abandon = (reason: unknown): void => {
      open = false;
      reject(reason);
    };
    this.#current = { abandon };
    if (this.stopped !== undefined) abandon(this.stopped.reason);
    promise.then((value) => (open ? resolve(value) : onLate(value)), reject);
    return result;
  }

  /** A wait, announced. Resolves with true when somebody ended it early. */
  async wait(wait: PlannedWait, error: unknown, verdict: Verdict | undefined): Promise<boolean> {
    this.checkDeadline(wait, error);
    const { attempt, plan } = this;
    const known = verdict === undefined ? {} : { verdict };
    const signal = this.stopSignal();
    const tools: WaitTools = {
      clock: plan.clock,
      ...(signal === undefined ? {} : { signal }),
      ...(this.#onWait === undefined ? {} : { onWait: this.#onWait }),
      ...(plan.machine === undefined ? {} : { endsBy: (finish) => this.#endsByMachine(wait, finish) }),
    };
    this.tellWait(wait, verdict);
    return await waitFor(wait.ms, { kind: wait.kind, attempt, error, ...known }, tools);
  }

  /** Tells of a wait that begins. */
  tellWait({ kind, ms }: PlannedWait, verdict: Verdict | undefined): void {
    if (!this.isHeard) return;
    emit(this.plan.onEvent, {
      type: 'wait',
      ...this.about(),
      kind,
      delayMs: Number.isFinite(ms) ? ms : 0,
      ...(verdict === undefined ? {} : { category: verdict.category, verdict }),
    });
  }

  #endsByMachine(wait: PlannedWait, finish: () => void): () => void {
    const { clock, machine } = this.plan;
    const since = clock.boot();
    const leave = machine?.subscribe((signal) => {
      if (signal.kind === 'online' && wait.kind === 'offline') finish();
      // Timers may have stood still while time went on.
      if (signal.kind === 'wake' && clock.boot() - since >= wait.ms) finish();
    });
    // It may have come back between the look and the subscription.
    if (wait.kind === 'offline' && machine?.online === true) finish();
    return leave ?? NOTHING;
  }

  /** Lived time left until the deadline, in ms; `Infinity` without one. */
  get leftMs(): number {
    return this.#deadline?.leftMs ?? Number.POSITIVE_INFINITY;
  }

  /** A wait that cannot end before the deadline is not begun. */
  checkDeadline(wait: PlannedWait, error: unknown): void {
    if (this.#deadline === undefined || wait.kind === 'offline' || wait.ms < this.leftMs) return;
    throw this.giveUp(error, 'deadline', wait.ms);
  }

  /** Keeps what an attempt was like, for the error. */
  keep(record: AttemptRecord): void {
    this.#records ??= [];
    if (this.#records.length === ATTEMPTS_KEPT) this.#records.shift();
    this.#records.push(record);
  }

  /** Notes on the error why the run ends, and gives it back to be thrown. */
  giveUp(error: unknown, stopReason: StopReason, retryAfterMs?: number): unknown {
    if (this.caller?.aborted === true) return error;
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    enrich(error, { attempts: this.#records ?? [], stopReason, ...known });
    this.tellGiveUp(error, stopReason, retryAfterMs);
    return error;
  }

  /** Tells that the run ends. */
  tellGiveUp(error: unknown, stopReason: StopReason, retryAfterMs?: number): void {
    if (!this.isHeard) return;
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    emit(this.plan.onEvent, { type: 'give-up', ...this.about(), stopReason, error, ...known });
  }

  /** See `AttemptWatcher`. */
  late(attempt: number, outcome: 'fulfilled' | 'rejected', value: unknown): void {
    if (this.isHeard) {
      const error = outcome === 'rejected' ? { error: value } : {};
      emit(this.plan.onEvent, { type: 'late', ...this.about(), attempt, outcome, ...error });
    }
    if (outcome === 'fulfilled') this.discard(attempt, value);
  }

  /** A result that nobody takes. */
  discard(attempt: number, value: unknown): void {
    const { dispose, onEvent } = this.plan;
    if (dispose === undefined) return;
    dispose(value);
    if (this.isHeard) emit(onEvent, { type: 'discarded', ...this.about(), attempt });
  }

  /** See `AttemptWatcher`. */
  stalled(attempt: number, afterMs: number): void {
    if (this.isHeard) {
      emit(this.plan.onEvent, { type: 'stall', ...this.about(), attempt, mode: 'warn', afterMs });
    }
  }

  #tellAttempt(): void {
    emit(this.plan.onEvent, { type: 'attempt', ...this.about() });
  }
}

/** So many failed attempts are kept for the error. */
const ATTEMPTS_KEPT = 32;

const NOTHING = (): void => {};

function onDeadline(run: { onDeadline(): void }): void {
  run.onDeadline();
}

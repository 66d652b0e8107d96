import type { Category, Verdict } from '../../classify/verdict.ts';
import type { AwakeLimit } from '../../clock/awake-limits.ts';
import { warnOf } from '../../clock/notify.ts';
import type { MachineSignal } from '../../events/machine-signals.ts';
import type { Permit } from '../breaker/breaker.ts';
import type { Outcome } from '../breaker/breaker-state.ts';
import { InvalidOptionError } from '../../errors.ts';
import { emit } from '../events.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';
import { listen, unlisten } from './abort-relay.ts';
import type { Abortable } from './abort-relay.ts';
import { Attempt, invoke } from './attempt.ts';
import type { AttemptFunction, AttemptSink } from './attempt.ts';
import { PlainContext } from './attempt-plain.ts';
import type { Reservation } from '../limit/rate-limiter.ts';
import type { Place } from './attempt-place.ts';
import { enrich } from './failure.ts';
import type { AttemptRecord, StopReason } from './failure.ts';
import type { Plan } from './options-plan.ts';
import { targetOf } from './attempt-target.ts';
import type { RunOptions } from './run-options.ts';
import { newPast } from './run-past.ts';
import type { Failed, Past } from './run-past.ts';
import { ToldRun } from './run-told.ts';
import type { PlannedWait } from './run-told.ts';
import { SystemWakeError } from './system-wake-error.ts';
import { waitFor } from './wait.ts';
import type { WaitTools } from './wait.ts';

/** What the end of a run interrupts. */
interface Stoppable {
  abandon(reason: unknown): void;
}

/** What lasts as long as a run. */
interface Begun {
  readonly deadline: AwakeLimit | undefined;
  readonly lifetime: AwakeLimit | undefined;
  readonly leaveMachine: (() => void) | undefined;
}

/**
 * The state of one run, for the loop in `run-loop.ts` and the steps beside it. Modes: running (at most one thing at
 * a time is under way, `#current`) -> stopped (by the caller or the deadline; what was under way rejects with the
 * reason, and nothing new begins) -> ended.
 */
export class Run<T> extends ToldRun implements Abortable {
  readonly options: RunOptions;
  /** Monotonic time at which it began. */
  startedAt = 0;
  /** The function was called, and what came of it is not judged. */
  isAttempting = false;
  permit: Permit | undefined;
  place: Place | undefined;
  /** The start that the next attempt was given. */
  reservation: Reservation | undefined;
  stopped: { readonly reason: unknown } | undefined;
  /** It was noted and told why it ends. */
  gaveUp = false;
  #past: Past | undefined;
  readonly #fn: AttemptFunction<T>;
  /** How far boot time was ahead when the last attempt began; see `SleepWitness`. */
  #aheadMs = 0;
  #current: Stoppable | undefined;
  #last: Attempt<T> | undefined;
  #stop: AbortController | undefined;
  #begun: Begun | undefined;

  constructor(plan: Plan, fn: AttemptFunction<T>, options: RunOptions) {
    super(plan);
    this.options = options;
    this.#fn = plan.chaos === undefined ? fn : plan.chaos.inject(fn);
  }

  get caller(): AbortSignal | undefined {
    // Null is no signal, as for fetch.
    return this.options.signal ?? undefined;
  }

  get key(): string | undefined {
    return this.options.key;
  }

  /** What it remembers of failures; made with the first. */
  get past(): Past {
    this.#past ??= newPast();
    return this.#past;
  }

  /** The last failure. */
  get last(): Failed | undefined {
    return this.#past?.last;
  }

  get #interruptible(): boolean {
    return this.plan.interrupts || this.caller !== undefined;
  }

  /** Begins what lasts as long as the run. @throws InvalidOptionError when the caller's signal is none. */
  begin(): void {
    const { caller, plan } = this;
    const { deadline, lifetime, machine } = plan;
    if (caller !== undefined) {
      if (!isSignal(caller)) throw new InvalidOptionError('run.signal', 'must be an AbortSignal');
      listen(caller, this);
    }
    this.#begun = {
      deadline: deadline?.start(this, onDeadline),
      lifetime: lifetime?.start(this, NOTHING),
      leaveMachine: machine?.subscribe((signal) => this.#onMachine(signal)),
    };
  }

  /** Ends what `begin` began, and gives back what was lent for an attempt that did not happen. */
  end(): void {
    const begun = this.#begun;
    if (begun !== undefined) {
      if (this.caller !== undefined) unlisten(this.caller, this);
      begun.deadline?.cancel();
      begun.lifetime?.cancel();
      begun.leaveMachine?.();
    }
    this.reservation?.cancel();
    void this.note('none', undefined);
  }

  /** @throws the reason when the run has stopped. */
  throwIfStopped(): void {
    if (this.stopped !== undefined) throw this.stopped.reason;
  }

  /** Calls the function once; what it gives may be no promise. */
  call(): Promise<T> | T {
    if (!this.#interruptible) return this.#fn(this.#plainContext());
    const attempt = this.#nextAttempt();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#start(attempt, { succeed: resolve, fail: reject });
    return promise;
  }

  /** The same, told to a sink. */
  callFor(sink: AttemptSink<T>): void {
    this.#start(this.#nextAttempt(), sink);
  }

  /** The same as a promise, where nothing can interrupt it. */
  callPlainly(): Promise<T> {
    return invoke(this.#fn, this.#plainContext());
  }

  #start(attempt: Attempt<T>, sink: AttemptSink<T>): void {
    this.#current = attempt;
    attempt.start(this.plan.hedge === undefined ? this.#fn : targetOf(this, this.#fn), sink);
  }

  #plainContext(): PlainContext {
    this.#beginAttempt();
    return new PlainContext(this.attempt);
  }

  #nextAttempt(): Attempt<T> {
    this.#beginAttempt();
    const { plan } = this;
    const limits = plan.hedge === undefined ? plan : plan.unlimited;
    const place = plan.hedge === undefined ? this.place : undefined;
    const attempt = new Attempt<T>(limits, this, this.attempt, this.startedAt, place);
    this.#last = attempt;
    return attempt;
  }

  #beginAttempt(): void {
    const { plan } = this;
    const { machine } = plan;
    // It may have stopped after the last wait was over, before the loop went on.
    this.throwIfStopped();
    this.isAttempting = true;
    this.reservation = undefined;
    this.attempt += 1;
    this.startedAt = plan.clock.monotonic();
    this.#aheadMs = plan.witness.mark(this.startedAt);
    if (machine !== undefined) this.past.wasOffline = !machine.online;
    if (this.isHeard) this.tellAttempt();
    // Whoever was told may have aborted it.
    this.throwIfStopped();
  }

  /** How long the last attempt has lasted, in ms. */
  durationMs(): number {
    return this.plan.clock.monotonic() - this.startedAt;
  }

  /** Lived time since the run began, in ms; known where somebody asks for it. */
  elapsedMs(): number {
    const limit = this.#begun?.deadline ?? this.#begun?.lifetime;
    const full = this.plan.deadline ?? this.plan.lifetime;
    return limit === undefined || full === undefined ? 0 : full.ms - limit.leftMs;
  }

  /** Sleep or standstill during the last attempt, in ms. */
  lostMs(): number {
    const { witness, timeout, hedge } = this.plan;
    const since = { at: this.startedAt, aheadMs: this.#aheadMs };
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
    try {
      // The clock is read only for a breaker that looks at it.
      const isTimed = outcome !== 'none' && plan.breaker.rules.slow !== undefined;
      const durationMs = isTimed ? this.durationMs() : 0;
      const recorded = plan.breaker.record(outcome, permit, durationMs);
      // The state holds in memory, and what the attempt achieved stands.
      return recorded instanceof Promise ? recorded.catch(warnOf) : undefined;
    } catch (defect) {
      warnOf(defect);
      return undefined;
    }
  }

  /** The attempt succeeded. */
  succeeded(): Promise<void> | undefined {
    const { plan } = this;
    if (this.isHeard) {
      const durationMs = this.durationMs();
      emit(plan.onEvent, { type: 'success', ...this.about(), durationMs });
    }
    try {
      plan.budget?.record?.('success', this.#past?.paid);
      plan.rate?.learn?.(false, this.key);
    } catch (defect) {
      warnOf(defect);
    }
    return this.note('success', undefined);
  }

  /** Ends the run from outside: whatever is under way rejects with the reason. */
  #stopWith(reason: unknown): void {
    this.stopped ??= { reason };
    this.#stop?.abort(reason);
    this.#current?.abandon(reason);
  }

  /** The caller aborted. */
  onAborted(): void {
    this.#stopWith(this.caller?.reason);
  }

  /** The deadline has passed. */
  onDeadline(): void {
    const ms = this.plan.deadline?.ms ?? 0;
    this.#stopWith(new TimeoutError('ERR_TIMEOUT_DEADLINE', ms, this.last?.error));
  }

  #onMachine(signal: MachineSignal): void {
    if (signal.kind === 'offline') this.past.wasOffline = true;
    if (signal.kind === 'wake' && this.#current instanceof Attempt) {
      this.#current.abandon(new SystemWakeError(signal.sleptMs));
    }
  }

  /** A signal that aborts when the run stops; undefined when nothing can stop it. */
  stopSignal(): AbortSignal | undefined {
    if (this.plan.deadline === undefined && this.caller === undefined) return undefined;
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
    const { onWait } = this.options;
    const known = verdict === undefined ? {} : { verdict };
    const signal = this.stopSignal();
    const tools: WaitTools = {
      clock: plan.clock,
      ...(signal === undefined ? {} : { signal }),
      ...(onWait === undefined ? {} : { onWait }),
      ...(plan.machine === undefined ? {} : { endsBy: (finish) => this.#endsByMachine(wait, finish) }),
    };
    this.tellWait(wait, verdict);
    return await waitFor(wait.ms, { kind: wait.kind, attempt, error, ...known }, tools);
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
    return this.#begun?.deadline?.leftMs ?? Number.POSITIVE_INFINITY;
  }

  /** A wait that cannot end before the deadline is not begun. */
  checkDeadline(wait: PlannedWait, error: unknown): void {
    if (this.plan.deadline === undefined || wait.kind === 'offline' || wait.ms < this.leftMs) return;
    throw this.giveUp(error, 'deadline', wait.ms);
  }

  /** Keeps what an attempt was like, for the error. */
  keep(record: AttemptRecord): void {
    const { records } = this.past;
    if (records.length === ATTEMPTS_KEPT) records.shift();
    records.push(record);
  }

  /** Notes on the error why the run ends, and gives it back to be thrown. */
  giveUp(error: unknown, stopReason: StopReason, retryAfterMs?: number): unknown {
    if (this.caller?.aborted === true) return error;
    this.gaveUp = true;
    const attempts = this.#past?.records ?? NO_ATTEMPTS;
    // Two literals, since a spread takes longer than all the rest.
    enrich(
      error,
      retryAfterMs === undefined ? { attempts, stopReason } : { attempts, stopReason, retryAfterMs },
    );
    this.tellGiveUp(error, stopReason, retryAfterMs);
    return error;
  }
}

/** So many failed attempts are kept for the error. */
const ATTEMPTS_KEPT = 32;

const NO_ATTEMPTS: readonly AttemptRecord[] = Object.freeze([]);

const NOTHING = (): void => {};

/** A controller in place of its signal is easily given. */
function isSignal(value: Partial<AbortSignal>): boolean {
  return typeof value.addEventListener === 'function';
}

function onDeadline(run: { onDeadline(): void }): void {
  run.onDeadline();
}

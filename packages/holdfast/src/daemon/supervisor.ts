import type { Clock, Random, Timer } from '@holdfast/resilience/clock';
import type { ChildMessage, RestartReason } from '../model/engine-message.ts';
import type { EngineProcess, StartEngine } from './engine-process.ts';
import type { Supervision } from './restart-policy.ts';
import { firstStart, transition } from './restart-policy.ts';
import type { RunEvent } from './supervisor-event.ts';
import { Watchdog } from './watchdog.ts';

/** What a supervisor is given. */
export interface SuperviseOptions {
  readonly startEngine: StartEngine;
  /** The first message to a new engine; `deadlineMs` is what is left of the deadline. */
  readonly startMessage: (
    deadlineMs: number | null,
    restarts: Readonly<Record<RestartReason, number>>,
  ) => object;
  /** Whole time of a run that ends, in ms; null = without a deadline. */
  readonly deadlineMs: number | null;
  /** Public exit code when the deadline passes while no engine runs. */
  readonly lateExitCode: number;
  readonly watchdogMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: (event: RunEvent) => void;
}

/** How long an engine may take to end when it is asked to, ms. */
const GRACE = 20_000;

/**
 * Keeps one engine running. Modes are those of `Supervision` in `restart-policy.ts`; beside them, *stopping*: the
 * engine was asked to end, and whatever it does next ends the supervisor with the code of the stop.
 */
export class Supervisor {
  /** Resolves with the public exit code. */
  readonly done: Promise<number>;
  readonly #options: SuperviseOptions;
  readonly #finish: (code: number) => void;
  readonly #deadline: number;
  readonly #restarts = { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 };
  #state: Supervision;
  #engine: EngineProcess | null = null;
  #watchdog: Watchdog | null = null;
  #timer: Timer | null = null;
  #announced: number | null = null;
  #stopCode: number | null = null;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.done = promise;
    this.#finish = resolve;
    const now = options.clock.monotonic();
    this.#deadline = options.deadlineMs === null ? Number.POSITIVE_INFINITY : now + options.deadlineMs;
    this.#state = firstStart(now);
    this.#start();
  }

  /** Asks the engine to end; it is killed after 20 s. The supervisor then ends with `exitCode`. */
  stop(exitCode: number): void {
    this.#stopCode = exitCode;
    this.#tell({ kind: 'stopping', at: this.#now(), force: false });
    if (this.#engine === null) this.#end(exitCode);
    else {
      this.#engine.send({ type: 'stop' });
      this.#timer = this.#options.clock.timer(GRACE, () => this.#engine?.kill());
    }
  }

  /** Kills the engine. */
  force(exitCode: number): void {
    this.#stopCode = exitCode;
    this.#tell({ kind: 'stopping', at: this.#now(), force: true });
    if (this.#engine === null) this.#end(exitCode);
    else this.#engine.kill();
  }

  #start(): void {
    const { startEngine, startMessage, clock, watchdogMs } = this.#options;
    this.#announced = null;
    const engine = startEngine({
      onMessage: (message) => this.#hear(message),
      onExit: (code, signal) => this.#exited(code, signal),
    });
    this.#engine = engine;
    this.#watchdog = new Watchdog({
      clock,
      limitMs: watchdogMs,
      onHung: (silentMs) => this.#tell({ kind: 'engine-hung', at: this.#now(), silentMs }),
      onLost: () => engine.kill(),
    });
    const starts = this.#state.mode === 'up' ? this.#state.starts : 0;
    this.#tell({ kind: 'engine-started', at: this.#now(), pid: engine.pid ?? null, starts });
    engine.send(startMessage(this.#left(), { ...this.#restarts }));
  }

  #hear(message: ChildMessage): void {
    if (message.type === 'heartbeat') this.#watchdog?.heartbeat();
    else if (message.type === 'event') this.#tell(message.event);
    else if (message.type === 'exit') {
      this.#announced = message.code;
      this.#tell({ kind: 'ended', at: this.#now(), code: message.code, summary: message.summary });
    }
  }

  #exited(code: number | null, signal: string | null): void {
    const { clock, random } = this.#options;
    const watchdog = this.#watchdog;
    watchdog?.stop();
    this.#engine = null;
    if (this.#stopCode !== null) return this.#end(this.#stopCode);
    const exit = {
      code,
      signal,
      beating: watchdog?.beating ?? false,
      killedByWatchdog: watchdog?.lost ?? false,
      announced: this.#announced,
    };
    this.#state = transition(this.#state, { type: 'exited', at: clock.monotonic(), exit }, random);
    if (this.#state.mode === 'ended') return this.#end(this.#state.exitCode);
    if (this.#state.mode !== 'up') this.#wait(this.#state, code, signal);
  }

  /** Waits for the next start, but not beyond the deadline: a run that ends must not end in a cooldown. */
  #wait(
    state: Exclude<Supervision, { mode: 'up' | 'ended' }>,
    code: number | null,
    signal: string | null,
  ): void {
    const { reason, delayMs } = state;
    const at = this.#now();
    this.#restarts[reason] += 1;
    this.#tell({ kind: 'engine-exited', at, code, signal, reason, restartInMs: Math.round(delayMs) });
    if (state.mode === 'cooling-down') this.#tell({ kind: 'cooling-down', at, until: at + delayMs, reason });
    const left = this.#left() ?? Number.POSITIVE_INFINITY;
    if (left <= delayMs && left !== Number.POSITIVE_INFINITY) {
      this.#timer = this.#options.clock.timer(left, () => this.#end(this.#options.lateExitCode));
      return;
    }
    this.#timer = this.#options.clock.timer(delayMs, () => {
      this.#state = transition(
        this.#state,
        { type: 'due', at: this.#options.clock.monotonic() },
        this.#options.random,
      );
      this.#start();
    });
  }

  #end(exitCode: number): void {
    this.#timer?.cancel();
    this.#state = transition(this.#state, { type: 'stopped', exitCode }, this.#options.random);
    this.#finish(exitCode);
  }

  #left(): number | null {
    const left = this.#deadline - this.#options.clock.monotonic();
    return left === Number.POSITIVE_INFINITY ? null : Math.max(0, left);
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #tell(event: RunEvent): void {
    this.#options.onEvent(event);
  }
}

import type { Clock, Random, Timer } from '@holdfast/resilience/clock';
import {
  NO_RESTARTS,
  type ChildMessage,
  type RestartReason,
  type Restarts,
} from '../model/engine-message.ts';
import type { ChildStatus } from '../model/supervisor-status.ts';
import type { ChildProcess, StartChild } from './child-process.ts';
import type { ChildSpec } from './plan.ts';
import { Pulse } from './pulse.ts';
import {
  firstStart,
  transition,
  type RestartRules,
  type Supervision,
  type SupervisionInput,
} from './restart-policy.ts';

/** How a child's process ended. */
export interface SeenExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** It was asked to end. */
  readonly asked: boolean;
}

/** Who is told what becomes of a child. */
export interface ChildHooks {
  /** The first message to a new process, made when it is needed. */
  readonly startMessage: (child: SupervisedChild) => object;
  readonly onStarted: (child: SupervisedChild, pid: number | null, starts: number) => void;
  readonly onMessage: (child: SupervisedChild, message: ChildMessage) => void;
  readonly onHung: (child: SupervisedChild, silentMs: number) => void;
  readonly onRecycling: (child: SupervisedChild, reason: RestartReason) => void;
  /** Its process ended; `child.state` says what follows. */
  readonly onExit: (child: SupervisedChild, exit: SeenExit) => void;
  /** Nothing will be started any more. */
  readonly onEnd: (child: SupervisedChild, exitCode: number) => void;
  readonly onOutput?: (child: SupervisedChild, line: string, stream: 'stdout' | 'stderr') => void;
}

/** What a supervised child is given. */
export interface SupervisedChildOptions {
  readonly spec: ChildSpec;
  readonly rules: RestartRules;
  readonly startChild: StartChild;
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks: ChildHooks;
  /** From the journal of the supervisor before. */
  readonly restarts?: Restarts;
  readonly initial?: Supervision;
}

/** How long a child may take to end when it is asked to, ms. */
const GRACE = 20_000;

/**
 * Keeps one child running. Its modes are those of `Supervision` in `restart-policy.ts`; while a process is up, its
 * `Pulse` tells whether it starts, runs or hangs.
 */
export class SupervisedChild {
  spec: ChildSpec;
  readonly #options: SupervisedChildOptions;
  #restarts: Restarts;
  #state: Supervision;
  #since: number;
  #startedAt: number | null = null;
  #nextStartAt: number | null = null;
  #process: ChildProcess | null = null;
  #pulse: Pulse | null = null;
  #timer: Timer | null = null;
  #announced: number | null = null;
  #lives = 0;
  /** Its process was asked to end. */
  #asked = false;

  constructor(options: SupervisedChildOptions) {
    this.spec = options.spec;
    this.#options = options;
    this.#restarts = options.restarts ?? NO_RESTARTS;
    this.#state = options.initial ?? firstStart(options.clock.monotonic());
    this.#since = options.clock.now();
  }

  /** Starts it, or waits until it may be started. */
  begin(): void {
    if (this.#state.mode === 'up') this.#start();
    else this.#wait();
  }

  get state(): Supervision {
    return this.#state;
  }

  get restarts(): Restarts {
    return this.#restarts;
  }

  /** The number of its process; null while there is none. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** The public exit code that it announced, if it did. */
  get announced(): number | null {
    return this.#announced;
  }

  /** Asks it to end for good; after 20 s it is killed. */
  stop(exitCode: number): void {
    this.#apply({ type: 'stop', exitCode });
    this.#askToEnd();
    if (this.#state.mode === 'ended') this.#end(this.#state.exitCode);
  }

  /** Ends it for good without asking. */
  force(exitCode: number): void {
    this.#apply({ type: 'stop', exitCode });
    this.#process?.kill();
    if (this.#state.mode === 'ended') this.#end(this.#state.exitCode);
  }

  /** Ends it gracefully and starts it anew; ends a delay or cooldown. */
  recycle(reason: RestartReason): void {
    const before = this.#state.mode;
    if (before === 'ended' || before === 'stopping') return;
    this.#apply({ type: 'recycle', reason });
    this.#options.hooks.onRecycling(this, reason);
    if (before === 'up') this.#askToEnd();
    else {
      this.#count(reason);
      this.#wait();
    }
  }

  /** As the supervisor's status shows it. */
  status(): ChildStatus {
    return {
      name: this.spec.name,
      mode: this.#state.mode === 'up' ? (this.#pulse?.mode ?? 'starting') : this.#state.mode,
      pid: this.pid,
      since: Math.max(this.#since, this.#pulse?.modeSince ?? 0),
      startedAt: this.#startedAt,
      nextStartAt: this.#nextStartAt,
      lastHeartbeatAt: this.#pulse?.lastHeartbeatAt ?? null,
      progress: this.#pulse?.progress ?? 0,
      rss: this.#pulse?.rss ?? null,
      restarts: this.#restarts,
    };
  }

  #apply(input: SupervisionInput): void {
    const before = this.#state.mode;
    this.#state = transition(this.#state, input, this.#options.random, this.#options.rules);
    if (this.#state.mode !== before) this.#since = this.#options.clock.now();
  }

  #start(): void {
    const { startChild, clock, hooks } = this.#options;
    const { onOutput } = hooks;
    const life = (this.#lives += 1);
    this.#announced = null;
    this.#asked = false;
    this.#nextStartAt = null;
    this.#startedAt = clock.now();
    const child = startChild(this.spec, {
      // What a helper of a dead process still says is not said by the one after it.
      onMessage: (message) => {
        if (life === this.#lives) this.#hear(message);
      },
      onExit: (code, signal) => this.#exited(code, signal),
      ...(onOutput === undefined ? {} : { onOutput: (line, stream) => onOutput(this, line, stream) }),
    });
    this.#process = child;
    this.#pulse = new Pulse({
      clock,
      spec: this.spec,
      onReady: () => this.#apply({ type: 'ready' }),
      onHung: (silentMs) => hooks.onHung(this, silentMs),
      onLost: () => child.kill(),
      onTooLarge: () => this.recycle('oom'),
    });
    hooks.onStarted(this, child.pid ?? null, this.#state.mode === 'up' ? this.#state.starts : 0);
    child.send(hooks.startMessage(this));
  }

  #hear(message: ChildMessage): void {
    this.#pulse?.hear(message);
    if (message.type === 'exit') this.#announced = message.code;
    this.#options.hooks.onMessage(this, message);
  }

  #askToEnd(): void {
    const child = this.#process;
    if (child === null || this.#asked) return;
    this.#asked = true;
    child.send({ type: 'stop' });
    this.#timer = this.#options.clock.timer(GRACE, () => child.kill());
  }

  #exited(code: number | null, signal: string | null): void {
    const { clock, hooks } = this.#options;
    const pulse = this.#pulse;
    pulse?.stop();
    this.#timer?.cancel();
    this.#lives += 1;
    this.#process = null;
    this.#pulse = null;
    const asked = this.#state.mode === 'stopping';
    const exit = {
      code,
      signal,
      beating: pulse?.beating ?? false,
      killedByWatchdog: pulse?.lost ?? false,
      announced: this.#announced,
    };
    this.#apply({ type: 'exited', at: clock.monotonic(), exit });
    const state = this.#state;
    if (state.mode === 'delayed' || state.mode === 'cooling-down') this.#count(state.reason);
    hooks.onExit(this, { code, signal, asked });
    if (state.mode === 'ended') this.#end(state.exitCode);
    else this.#wait();
  }

  #wait(): void {
    const { clock } = this.#options;
    if (this.#state.mode !== 'delayed' && this.#state.mode !== 'cooling-down') return;
    const { delayMs } = this.#state;
    this.#nextStartAt = clock.now() + delayMs;
    this.#timer?.cancel();
    this.#timer = clock.timer(delayMs, () => {
      this.#apply({ type: 'due', at: clock.monotonic() });
      if (this.#state.mode === 'up') this.#start();
    });
  }

  #count(reason: RestartReason): void {
    this.#restarts = { ...this.#restarts, [reason]: this.#restarts[reason] + 1 };
  }

  #end(exitCode: number): void {
    this.#timer?.cancel();
    this.#nextStartAt = null;
    this.#options.hooks.onEnd(this, exitCode);
  }
}

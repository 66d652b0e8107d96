import { awakeTimer, type Clock, type Random } from '@holdfast/resilience/clock';
import {
  type ChildExit,
  type ChildMessage,
  type DeadlyWork,
  PRIVATE_EXIT,
  type StartNews,
} from '../model/engine-message.ts';
import type { ChildStatus } from '../model/supervisor-status.ts';
import type { StartChild } from './child-process.ts';
import { DeadlyPages } from './deadly-pages.ts';
import type { JournalChild } from './journal.ts';
import type { ChildSpec } from './plan.ts';
import { firstCooldown, type RestartTimes } from './restart-policy.ts';
import { type SeenExit, SupervisedChild } from './supervised-child.ts';
import type { RunEvent } from './supervisor-event.ts';
import { eventOfExit, eventOfHang, eventOfStart } from './tell.ts';

/** What is known from the supervisor before, when it died without order. */
export interface Inheritance {
  readonly children: readonly Pick<JournalChild, 'name' | 'restarts' | 'coolsUntil'>[];
  readonly exits: readonly ChildExit[];
  readonly deadly: readonly DeadlyWork[];
}

/** What a supervisor is given. */
export interface SupervisorOptions {
  readonly children: readonly ChildSpec[];
  readonly times: RestartTimes;
  /** Whole time of a run that ends, in ms that the machine was awake; null = without a deadline. */
  readonly deadlineMs: number | null;
  /** Public exit code when the deadline passes while no engine runs. */
  readonly lateExitCode: number;
  /** Nobody watches: what a person must mend is waited for, once the engine was ready. */
  readonly patient: boolean;
  /** False: the engine's first failure ends the run. */
  readonly restart: boolean;
  readonly inherited: Inheritance | null;
  readonly startChild: StartChild;
  readonly clock: Clock;
  readonly random: Random;
  readonly uniqueId: () => string;
  readonly onEvent: (event: RunEvent, child: string) => void;
  /** Children came or went. */
  readonly onChange: (supervisor: Supervisor) => void;
  readonly onOutput?: (child: string, line: string, stream: 'stdout' | 'stderr') => void;
}

/** Exits that are remembered. */
const EXITS = 50;

/**
 * Runs several children one for one. Modes: *running*; *ending* once it was asked to stop or its main child has
 * ended, while the others are asked to end; *ended*, when `done` resolves.
 */
export class Supervisor {
  /** Resolves with the public exit code. */
  readonly done: Promise<number>;
  readonly #options: SupervisorOptions;
  readonly #finish: (code: number) => void;
  readonly #deadline: ReturnType<typeof awakeTimer> | null;
  readonly #deadly: DeadlyPages;
  readonly #children = new Map<string, SupervisedChild>();
  #exits: readonly ChildExit[];
  #exitCode: number | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.done = promise;
    this.#finish = resolve;
    const { deadlineMs, clock, inherited } = options;
    this.#deadline =
      deadlineMs === null ? null : awakeTimer(clock, deadlineMs, () => this.#endIfLate(), { unref: true });
    this.#exits = inherited?.exits ?? [];
    this.#deadly = new DeadlyPages(inherited?.deadly);
    for (const spec of options.children) this.#add(spec);
  }

  get exits(): readonly ChildExit[] {
    return this.#exits;
  }

  get deadly(): readonly DeadlyWork[] {
    return this.#deadly.list;
  }

  /** How the children stand, in the order of the plan. */
  status(): readonly ChildStatus[] {
    return [...this.#children.values()].map((child) => child.status());
  }

  /** Asks all children to end; those that do not within 20 s are killed. The supervisor then ends with `exitCode`. */
  stop(exitCode: number): void {
    if (this.#exitCode !== null) return;
    this.#tell({ kind: 'stopping', at: this.#options.clock.now(), force: false });
    this.#endWith(exitCode, (child) => child.stop(exitCode));
  }

  /** Kills all children. */
  force(exitCode: number): void {
    this.#tell({ kind: 'stopping', at: this.#options.clock.now(), force: true });
    this.#endWith(exitCode, (child) => child.force(exitCode));
  }

  /** Starts every child anew with what the specs say now; children that are new begin, others that are gone end. */
  renew(specs: readonly ChildSpec[], reason: 'operator' | 'update'): void {
    if (this.#exitCode !== null) return;
    for (const child of this.#children.values())
      if (!specs.some(({ name }) => name === child.spec.name)) child.stop(0);
    for (const spec of specs) {
      const child = this.#children.get(spec.name);
      if (child === undefined || child.state.mode === 'ended') this.#add(spec);
      else {
        child.spec = spec;
        child.recycle(reason);
      }
    }
  }

  #add(spec: ChildSpec): void {
    const { clock, random, startChild, patient, restart, times, inherited, onOutput } = this.#options;
    const before = inherited?.children.find(({ name }) => name === spec.name);
    const left = (before?.coolsUntil ?? 0) - clock.now();
    const child = new SupervisedChild({
      spec,
      rules: { main: spec.main, patient, restart, times },
      startChild,
      clock,
      random,
      ...(before === undefined ? {} : { restarts: before.restarts }),
      // A wall clock that was set back must not make a cooldown longer than it was.
      ...(left > 0 && left <= times.longestCooldownMs ? { initial: firstCooldown(left, 'crash') } : {}),
      hooks: {
        startMessage: (each) => ({ ...each.spec.start, ...this.#news(each) }),
        onStarted: (each, pid, starts) => {
          // Written down before the child is given its work: a supervisor after us knows whom to look for.
          this.#options.onChange(this);
          this.#tell(eventOfStart(each.spec, pid, starts, clock.now()), each);
        },
        onMessage: (each, message) => this.#hear(each, message),
        onHung: (each, silentMs) => this.#tell(eventOfHang(each.spec, silentMs, clock.now()), each),
        onRecycling: (each, reason) =>
          this.#tell({ kind: 'recycling', at: clock.now(), child: each.spec.name, reason }, each),
        onExit: (each, exit) => this.#exited(each, exit),
        onEnd: (each, exitCode) => this.#ended(each, exitCode),
        ...(onOutput === undefined
          ? {}
          : { onOutput: (each, line, stream) => onOutput(each.spec.name, line, stream) }),
      },
    });
    this.#children.set(spec.name, child);
    child.begin();
  }

  #news({ restarts }: SupervisedChild): StartNews {
    return {
      restarts,
      deadlineMs: this.#deadline?.leftMs ?? null,
      exits: this.#exits,
      deadly: this.#deadly.list,
    };
  }

  #hear(child: SupervisedChild, message: ChildMessage): void {
    if (message.type === 'event') this.#tell(message.event, child);
    else if (message.type === 'in-hand' && child.spec.main) this.#deadly.hear(message);
    else if (message.type === 'exit' && child.spec.main) {
      const { code, summary } = message;
      this.#tell({ kind: 'ended', at: this.#options.clock.now(), code, summary }, child);
    }
  }

  #exited(child: SupervisedChild, { code, signal, asked }: SeenExit): void {
    const { clock, uniqueId, onChange } = this.#options;
    const { state, spec } = child;
    if (spec.main) this.#deadly.ended(!asked && code !== PRIVATE_EXIT.done);
    if (state.mode === 'delayed' || state.mode === 'cooling-down') {
      const exit: ChildExit = {
        id: uniqueId(),
        child: spec.name,
        at: clock.now(),
        code,
        signal,
        reason: state.reason,
        restartInMs: Math.round(state.delayMs),
        coolingDown: state.mode === 'cooling-down',
      };
      this.#exits = [...this.#exits, exit].slice(-EXITS);
      for (const event of eventOfExit(spec, exit)) this.#tell(event, child);
      this.#endIfLate();
    }
    onChange(this);
  }

  /** A run that ends must not end in a cooldown; an engine that is up ends by itself. */
  #endIfLate(): void {
    const { lateExitCode } = this.#options;
    const main = [...this.#children.values()].find(({ spec }) => spec.main);
    if (this.#deadline?.leftMs !== 0 || main === undefined || !('delayMs' in main.state)) return;
    this.#endWith(lateExitCode, (child) => child.stop(lateExitCode));
  }

  #ended(child: SupervisedChild, exitCode: number): void {
    if (child.spec.main) this.#endWith(exitCode, (other) => other.stop(exitCode));
    if (this.#exitCode === null) return;
    if ([...this.#children.values()].some(({ state }) => state.mode !== 'ended')) return;
    this.#deadline?.cancel();
    this.#finish(this.#exitCode);
  }

  /** The first code counts: what children do once they were asked to end changes nothing. */
  #endWith(exitCode: number, ask: (child: SupervisedChild) => void): void {
    this.#exitCode ??= exitCode;
    for (const child of this.#children.values()) if (child.state.mode !== 'ended') ask(child);
  }

  #tell(event: RunEvent, child?: SupervisedChild): void {
    this.#options.onEvent(event, child?.spec.name ?? 'supervisor');
  }
}

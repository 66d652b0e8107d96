import { ResilienceError } from '../errors.ts';
import { tell } from '../events/publish.ts';
import { ChildRun } from './child-run.ts';
import type { ChildKind } from './child-spec.ts';
import { isUp, nextChildState } from './child-state.ts';
import type { ChildEvent, ChildState, RunExit } from './child-state.ts';
import { RestartIntensity } from './restart-intensity.ts';
import { groupOf, mustRestart, nextToStart } from './strategy.ts';
import { intensityError, restartError, stopError } from './supervisor-error.ts';
import type { SupervisorError } from './supervisor-error.ts';
import type { TreeEvent } from './tree-event.ts';
import type { PlannedChild, TreePlan } from './tree-options.ts';

/** A child as it stands. */
export interface ChildStatus {
  readonly id: string;
  readonly kind: ChildKind;
  readonly state: ChildState;
  /** How often it was started. */
  readonly runs: number;
}

/** A running supervisor. It runs once; `nested` makes a new one for each run. */
export interface Supervisor {
  /**
   * Starts the children in order; resolves when all are up. A child that fails meanwhile is restarted like any other.
   * @throws SupervisorError (`ERR_TREE_INTENSITY`) when it gave up before; the reason of `stop()` when that came
   *   before; ResilienceError (`ERR_TREE_STARTED`) when it was started or stopped already.
   */
  start(): Promise<void>;
  /**
   * Stops the children in reverse order, each with its shutdown time; resolves when that is done. `reason` becomes
   * the reason of their signals; default a SupervisorError (`ERR_TREE_STOP`). Never rejects.
   */
  stop(reason?: unknown): Promise<void>;
  /**
   * Resolves when the supervisor was stopped, and not before, even when no child is left.
   * @throws SupervisorError (`ERR_TREE_INTENSITY`, `reason` *shutdown*, `cause` the last failure) when there were too
   *   many restarts and the children that were left have been stopped. Unless `start()` has told it, listen here.
   */
  readonly done: Promise<void>;
  children(): readonly ChildStatus[];
}

interface Slot {
  readonly child: PlannedChild;
  readonly index: number;
  state: ChildState;
  runs: number;
  run: ChildRun | undefined;
}

/**
 * Modes: new -> serving -> stopping -> over. While serving, one loop takes what happened in order: first exits are
 * judged, then the next child that waits is started, then it waits for news. What happens while a group is stopped
 * is looked at afterwards.
 */
export class TreeSupervisor implements Supervisor {
  readonly #plan: TreePlan;
  readonly #slots: readonly Slot[];
  readonly #intensity: RestartIntensity;
  readonly #up = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  readonly #exits: Slot[] = [];
  #begun = false;
  #wasUp = false;
  #stopWish: { readonly reason: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  constructor(plan: TreePlan) {
    this.#plan = plan;
    this.#intensity = new RestartIntensity(plan.restarts, plan.withinMs);
    this.#slots = plan.children.map((child, index) => ({
      child,
      index,
      state: { type: 'waiting' },
      runs: 0,
      run: undefined,
    }));
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  start(): Promise<void> {
    if (this.#begun) return Promise.reject(startedError(this.#plan.name));
    this.#begun = true;
    void this.#run();
    return this.#up.promise;
  }

  stop(reason: unknown = stopError(this.#plan.name)): Promise<void> {
    this.#stopWish ??= { reason };
    this.#tellNews();
    if (!this.#begun) {
      this.#begun = true;
      for (const slot of this.#slots) this.#move(slot, { type: 'stop' });
      this.#done.resolve();
      this.#over.resolve();
    }
    return this.#over.promise;
  }

  children(): readonly ChildStatus[] {
    return this.#slots.map(({ child: { id, kind }, state, runs }) => ({ id, kind, state, runs }));
  }

  async #run(): Promise<void> {
    const failure = await this.#serve();
    if (failure !== undefined)
      this.#emit(() => ({ type: 'give-up', supervisor: this.#plan.name, error: failure }));
    const reason = failure ?? this.#stopWish?.reason;
    for (const slot of this.#slots.toReversed()) await this.#stopOne(slot, reason);
    // What `start()` tells nobody has to hear from `done` as well.
    if (!this.#wasUp) this.#done.promise.catch(() => undefined);
    this.#up.reject(reason);
    if (failure === undefined) this.#done.resolve();
    else this.#done.reject(failure);
    this.#over.resolve();
  }

  /** Keeps the children up until it is told to stop, or has to give up for the reason that it returns. */
  async #serve(): Promise<SupervisorError | undefined> {
    while (this.#stopWish === undefined) {
      const slot = this.#exits.shift();
      const next = this.#slots[nextToStart(this.#slots.map(({ state }) => state)) ?? this.#slots.length];
      if (slot !== undefined) {
        const failure = await this.#judge(slot);
        if (failure !== undefined) return failure;
      } else if (next !== undefined) {
        this.#startOne(next);
      } else {
        this.#noteUp();
        await this.#news.promise;
        this.#news = Promise.withResolvers<void>();
      }
    }
    return undefined;
  }

  /** Decides what follows the end of a child; returns why to give up when there were too many. */
  async #judge(slot: Slot): Promise<SupervisorError | undefined> {
    // It may have been restarted with its group since.
    if (slot.state.type !== 'exited') return undefined;
    const { name, strategy, clock } = this.#plan;
    const { id, kind } = slot.child;
    const { exit } = slot.state;
    this.#move(slot, { type: 'stop' });
    if (!mustRestart(kind, exit)) return undefined;
    const cause = exit.ok ? undefined : exit.error;
    if (!this.#intensity.allows(clock.monotonic())) return intensityError(name, id, this.#plan, cause);
    const group = groupOf(strategy, this.#slots, slot.index);
    const restarted = group.filter(
      ({ child, state }) => child.kind !== 'temporary' || state.type === 'waiting',
    );
    this.#emit(() => ({
      type: 'restart',
      supervisor: name,
      child: id,
      group: restarted.map(({ child }) => child.id),
    }));
    const reason = restartError(name, id, cause);
    for (const member of group.toReversed()) await this.#stopOne(member, reason);
    for (const member of restarted) this.#move(member, { type: 'plan' });
    return undefined;
  }

  #startOne(slot: Slot): void {
    const { child } = slot;
    const run = (slot.runs += 1);
    const about = { supervisor: this.#plan.name, child: child.id, run };
    this.#move(slot, { type: 'start', run, awaitsReady: child.awaitsReady });
    this.#emit(() => ({ type: 'started', ...about }));
    slot.run = new ChildRun(child.start, {
      clock: this.#plan.clock,
      shutdownMs: child.shutdownMs,
      listener: {
        ready: () => {
          this.#move(slot, { type: 'ready', run });
          this.#tellNews();
        },
        exited: (exit) => {
          this.#move(slot, { type: 'exit', run, exit });
          this.#emit(() => ({ type: 'exited', ...about, ...outcomeOf(exit) }));
          this.#exits.push(slot);
          this.#tellNews();
        },
        late: (exit) => this.#emit(() => ({ type: 'late', ...about, ...outcomeOf(exit) })),
      },
    });
  }

  /** Makes sure that a child is not up any more; one that never was, or ended by itself, is only noted. */
  async #stopOne(slot: Slot, reason: unknown): Promise<void> {
    const wasUp = isUp(slot.state);
    this.#move(slot, { type: 'stop' });
    if (!wasUp || slot.run === undefined) return;
    const stopped = await slot.run.stop(reason);
    this.#move(slot, { type: 'stopped', abandoned: stopped.abandoned });
    const about = { supervisor: this.#plan.name, child: slot.child.id, run: slot.runs };
    if (stopped.abandoned) {
      this.#emit(() => ({ type: 'abandoned', ...about, limitMs: stopped.limitMs }));
      return;
    }
    const { exit } = stopped;
    const failed = exit !== undefined && !exit.ok && exit.error !== reason;
    this.#emit(() => ({ type: 'stopped', ...about, ...(failed ? { error: exit.error } : {}) }));
  }

  #noteUp(): void {
    this.#wasUp ||= this.#slots.every(({ state }) => state.type !== 'starting');
    if (this.#wasUp) this.#up.resolve();
  }

  #move(slot: Slot, event: ChildEvent): void {
    slot.state = nextChildState(slot.state, event);
  }

  #tellNews(): void {
    this.#news.resolve();
  }

  #emit(build: () => TreeEvent): void {
    tell('tree', this.#plan.onEvent, build);
  }
}

function outcomeOf(exit: RunExit): {
  readonly outcome: 'fulfilled' | 'rejected';
  readonly error?: unknown;
} {
  return exit.ok ? { outcome: 'fulfilled' } : { outcome: 'rejected', error: exit.error };
}

function startedError(name: string): ResilienceError {
  return new ResilienceError(`Supervisor ${name} was started or stopped before.`, {
    code: 'ERR_TREE_STARTED',
    hint: 'Make a new one with supervise() for each run.',
  });
}

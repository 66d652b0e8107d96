import type { Clock, Timer } from '../clock/clock.ts';
import { nextKeptState } from './kept-state.ts';
import type { KeptEvent, KeptState } from './kept-state.ts';
import type { Machine } from './machine.ts';
import { describeExit, isAbsent } from './spawn.ts';
import type { Child, ChildExit, Command } from './spawn.ts';

/** A child that answers nothing for so long is refused; PowerShell may take many seconds to start. */
const CONFIRM_MS = 30_000;
/** How long a child that was told to go may take before it is ended by force. */
const LEAVE_MS = 2_000;

/** What is kept running, and how it is known to work. */
export interface KeptChildOptions {
  readonly machine: Machine;
  readonly clock: Clock;
  /** Asked for before each start. */
  readonly command: () => Command;
  /** Written to its standard input as soon as it is started. */
  readonly greeting?: string;
  /** The line that says that it works; without it a started child is taken to work. */
  readonly isReady?: (line: string) => boolean;
  /** Asked once it is ready: a sentence why it does not work after all, or null. */
  readonly confirm?: (pid: number | undefined) => Promise<string | null>;
  /** It does not read its standard input, so it is ended by force. */
  readonly ignoresEnd?: boolean;
  readonly onLine?: (line: string) => void;
  readonly onState?: (state: KeptState) => void;
}

/**
 * A child that is kept running: `stopped`, `starting` (until it is ready and confirmed), `running`, `waiting` (it died
 * or was refused, and is started again after a delay that grows) or `absent` (no such program: it stays so).
 * A running child does not keep this process alive, and dies with it.
 */
export class KeptChild {
  readonly #options: KeptChildOptions;
  #state: KeptState = { at: 'stopped' };
  #child: Child | null = null;
  #timer: Timer | null = null;
  #settled = Promise.withResolvers<void>();
  /** Children that were told to go, with the timer that ends them by force. */
  readonly #leaving = new Map<Child, Timer>();
  readonly #alive = new Set<Promise<void>>();

  constructor(options: KeptChildOptions) {
    this.#options = options;
  }

  /** Where it stands. */
  get state(): KeptState {
    return this.#state;
  }

  /** Starts it, unless it is started. Resolves when it runs, was refused, or is absent. */
  async start(): Promise<void> {
    if (this.#state.at === 'stopped') {
      this.#settled = Promise.withResolvers();
      this.#on({ type: 'start' });
    }
    await this.#settled.promise;
  }

  /** Ends it and all waiting. Resolves when it is gone; never rejects. */
  async stop(): Promise<void> {
    this.#on({ type: 'stop' });
    await Promise.all(this.#alive);
  }

  #on(event: KeptEvent): void {
    const before = this.#state;
    this.#state = nextKeptState(before, event);
    if (this.#state === before) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#enter(this.#state);
    this.#options.onState?.(this.#state);
  }

  #enter(state: KeptState): void {
    if (state.at === 'starting') this.#launch();
    else this.#settled.resolve();
    if (state.at === 'running') this.#child?.keepsAlive(false);
    if (state.at === 'stopped' || state.at === 'waiting' || state.at === 'absent') this.#leave();
    if (state.at === 'waiting') {
      this.#timer = this.#options.clock.timer(state.delayMs, () => this.#on({ type: 'start' }), {
        unref: true,
      });
    }
  }

  #launch(): void {
    const { machine, clock, isReady, onLine } = this.#options;
    const command = this.#options.command();
    const gone = Promise.withResolvers<void>();
    this.#alive.add(gone.promise);
    void gone.promise.then(() => this.#alive.delete(gone.promise));
    const child = machine.spawn(command, {
      onLine: (line) => {
        if (this.#child !== child) return;
        if (this.#state.at === 'starting' && isReady?.(line) === true) void this.#confirm(child);
        else onLine?.(line);
      },
      onExit: (exit) => {
        gone.resolve();
        this.#leaving.get(child)?.cancel();
        this.#leaving.delete(child);
        this.#onExit(child, command, exit);
      },
    });
    this.#child = child;
    const late = `${command.program} did not answer within ${CONFIRM_MS / 1_000} s`;
    this.#timer = clock.timer(CONFIRM_MS, () => this.#on({ type: 'refused', reason: late }));
    if (this.#options.greeting !== undefined) child.write(this.#options.greeting);
    if (isReady === undefined) void this.#confirm(child);
  }

  async #confirm(child: Child): Promise<void> {
    const problem = (await this.#options.confirm?.(child.pid)) ?? null;
    if (this.#child !== child) return;
    if (problem === null) this.#on({ type: 'confirmed', at: this.#options.clock.monotonic() });
    else this.#on({ type: 'refused', reason: problem });
  }

  #onExit(child: Child, command: Command, exit: ChildExit): void {
    if (this.#child !== child) return;
    this.#child = null;
    const reason = describeExit(command, exit);
    if (isAbsent(exit)) this.#on({ type: 'absent', reason });
    else this.#on({ type: 'exit', reason, at: this.#options.clock.monotonic() });
  }

  /** Tells the child to go, and ends it by force when it stays. */
  #leave(): void {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    child.keepsAlive(true);
    child.end();
    if (this.#options.ignoresEnd === true) child.kill();
    this.#leaving.set(
      child,
      this.#options.clock.timer(LEAVE_MS, () => child.kill()),
    );
  }
}

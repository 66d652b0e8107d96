import type { Clock, SleepOptions, Timer, TimerOptions } from './clock.ts';
import { sleepOn } from './sleep.ts';

interface PendingTimer {
  readonly due: number;
  readonly callback: () => void;
}

// Taken at load, so that a test runner's fake timers do not reach it.
const realSetImmediate = setImmediate;

/** One turn of the event loop: everything that waits on promises alone has run when it resolves. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(resolve);
  });
}

/**
 * A clock for tests. Time stands still until `advance` or `runNext` moves it; between two timers
 * all promises that are ready settle, so code under test runs as it would in real time.
 */
export class VirtualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #boot = 0;
  readonly #timers = new Set<PendingTimer>();
  readonly #settle: () => Promise<void>;

  /**
   * @param options.start wall time in ms since the epoch; default 2026-01-01T00:00:00Z.
   * @param options.settle resolves when all promises that are ready have settled; default: after a turn of the event
   *   loop, which lets real input and output go on too. Code that does none can settle faster.
   */
  constructor(options: { readonly start?: number; readonly settle?: () => Promise<void> } = {}) {
    this.#wall = options.start ?? Date.UTC(2026, 0, 1);
    this.#settle = options.settle ?? turn;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  boot(): number {
    return this.#boot;
  }

  sleep(ms: number, options?: SleepOptions): Promise<void> {
    return sleepOn(this, ms, options);
  }

  timer(ms: number, callback: () => void, _options?: TimerOptions): Timer {
    const timer: PendingTimer = {
      due: this.#monotonic + Math.max(0, ms),
      callback,
    };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time by `ms`, firing due timers one by one in order, including those set on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.#monotonic + ms;
    await this.#settle();
    for (let next = this.#next(); next !== undefined && next.due <= target; next = this.#next()) {
      await this.#fire(next);
    }
    this.#moveTo(target);
  }

  /** Jumps to the next timer and fires it. Returns false when none waits. */
  async runNext(): Promise<boolean> {
    await this.#settle();
    const next = this.#next();
    if (next === undefined || next.due === Number.POSITIVE_INFINITY) return false;
    await this.#fire(next);
    return true;
  }

  /** Steps the wall clock by `ms`, as NTP or a person does; monotonic time and timers do not notice. */
  stepWall(ms: number): void {
    this.#wall += ms;
  }

  /**
   * The machine sleeps for `ms`: wall and boot time go on, monotonic time and timers stand still, as on Linux.
   * With `monotonic: true` monotonic time goes on too, as on macOS and Windows: what fell due fires on wake, late.
   */
  async suspend(ms: number, options: { readonly monotonic?: boolean } = {}): Promise<void> {
    await this.#settle();
    this.#wall += ms;
    this.#boot += ms;
    if (options.monotonic === true) this.#monotonic += ms;
    await this.advance(0);
  }

  /**
   * The process stands still for `ms`, as after SIGSTOP, in a debugger or in a blocked event loop: all clocks go on,
   * no timer fires meanwhile, and what fell due fires afterwards, late.
   */
  pause(ms: number): Promise<void> {
    return this.suspend(ms, { monotonic: true });
  }

  async #fire(timer: PendingTimer): Promise<void> {
    this.#timers.delete(timer);
    this.#moveTo(timer.due);
    timer.callback();
    await this.#settle();
  }

  #moveTo(target: number): void {
    this.#wall += Math.max(0, target - this.#monotonic);
    this.#boot += Math.max(0, target - this.#monotonic);
    this.#monotonic = Math.max(this.#monotonic, target);
  }

  /** Of those that are due first, the one that was set first: a Set keeps that order. */
  #next(): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due) first = timer;
    }
    return first;
  }
}

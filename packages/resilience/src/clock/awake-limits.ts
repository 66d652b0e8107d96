import type { Clock, Timer, TimerOptions } from './clock.ts';
import { systemClock } from './system-clock.ts';

/** One limit of time among those of an `AwakeLimits`. */
export interface AwakeLimit {
  /** Lived time in ms until it passes; 0 when it has passed, was cancelled, or could pass any moment. */
  readonly leftMs: number;
  /** Begins anew with the full time, unless it is over. Costs one reading of the clock. */
  restart(): void;
  /** Prevents the callback; harmless when it has already run. */
  cancel(): void;
}

/** How the timer of an `AwakeLimits` behaves. */
export interface AwakeLimitsOptions extends TimerOptions {
  /** Whether it outlives the last limit for a turn of the event loop; default on the system's clock only. */
  readonly lingers?: boolean;
}

const SHORTEST_CHUNK_MS = 1_000;
const LONGEST_CHUNK_MS = 15_000;
const CHUNKS = 20;
/** A chunk that fires later than this was slept, stopped or blocked through. Also the grace afterwards. */
const LATE_MS = 1_000;
/** What is left below a microsecond comes from rounding. */
const ROUNDING_MS = 0.001;

// Taken at load, so that a test runner's fake timers do not reach it.
const realSetImmediate = setImmediate;

/**
 * Many limits of the same length in time lived through, as `awakeTimer` counts it, on one timer of the clock: to begin
 * and to cancel one costs a reading of the clock. They are in a list by the time at which they pass, which for one
 * length is the order in which they began.
 *
 * Modes: empty (no timer) -> armed (the timer waits for the first limit or for the end of a chunk, whichever comes
 * first) -> empty. On the system's clock the timer outlives the last limit until the present turn of the event loop
 * is over, so that calls one after the other share it; on any other clock it goes at once.
 */
export class AwakeLimits {
  /** The length of each limit. */
  readonly ms: number;
  readonly #clock: Clock;
  readonly #chunkMs: number;
  readonly #lingers: boolean;
  readonly #options: TimerOptions;
  #timer: Timer | undefined;
  #chunkDue = 0;
  /** Monotonic time that was not lived through, of all gaps so far. */
  #lost = 0;
  #first: Entry | undefined;
  #last: Entry | undefined;
  #sweeps = false;

  constructor(clock: Clock, ms: number, options: AwakeLimitsOptions = {}) {
    const { lingers = clock === systemClock, unref = false } = options;
    this.ms = ms;
    this.#options = { unref };
    this.#clock = clock;
    this.#chunkMs = Math.min(Math.max(ms / CHUNKS, SHORTEST_CHUNK_MS), LONGEST_CHUNK_MS);
    this.#lingers = lingers;
  }

  /**
   * Begins a limit: `onDue(owner)` is called once after at least `ms` milliseconds lived through, never synchronously.
   * @param now monotonic time, when the caller has just read it.
   */
  start<O extends object>(
    owner: O,
    onDue: (owner: O) => void,
    now: number = this.#clock.monotonic(),
  ): AwakeLimit {
    const entry = new Entry(this, owner, onDue as (owner: object) => void);
    this.append(entry, now);
    return entry;
  }

  /** Puts a limit behind all others, with its full time. For its entries. */
  append(entry: Entry, now: number = this.#clock.monotonic()): void {
    if (this.#timer !== undefined) this.#leaveGap(now);
    entry.due = now - this.#lost + this.ms;
    entry.graceGiven = false;
    entry.isOpen = true;
    entry.previous = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    if (this.#timer === undefined) this.#arm(now);
  }

  /** Takes a limit out of the list. For its entries. */
  unlink(entry: Entry): void {
    const { previous, next } = entry;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = entry.next = undefined;
    entry.isOpen = false;
  }

  /** After the last limit no timer is needed. For its entries. */
  rest(): void {
    if (this.#first !== undefined || this.#timer === undefined) return;
    if (!this.#lingers) this.#disarm();
    else if (!this.#sweeps) {
      this.#sweeps = true;
      realSetImmediate(() => this.#sweep());
    }
  }

  /** Time lived through until now, on a scale of this list. For its entries. */
  lived(): number {
    const now = this.#clock.monotonic();
    return (this.#isLate(now) ? this.#chunkDue : now) - this.#lost;
  }

  #sweep(): void {
    this.#sweeps = false;
    if (this.#first === undefined) this.#disarm();
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(now: number): void {
    const left = this.#first === undefined ? 0 : this.#first.due - (now - this.#lost);
    const chunk = Math.max(0, Math.min(left, this.#chunkMs));
    this.#chunkDue = now + chunk;
    this.#timer = this.#clock.timer(chunk, () => this.#chunkOver(), this.#options);
  }

  #chunkOver(): void {
    const fired = this.#timer;
    const now = this.#clock.monotonic();
    this.#leaveGap(now);
    const lived = now - this.#lost + ROUNDING_MS;
    try {
      // The timer is still set, so that a limit begun by a callback does not arm a second one.
      for (let entry = this.#first; entry !== undefined && entry.due <= lived; entry = this.#first) {
        this.unlink(entry);
        entry.onDue(entry.owner);
      }
    } finally {
      // Unless the last limit went within a callback, and another one came.
      if (this.#timer === fired) {
        this.#timer = undefined;
        if (this.#first !== undefined) this.#arm(this.#clock.monotonic());
      }
    }
  }

  #isLate(now: number): boolean {
    return this.#timer !== undefined && now > this.#chunkDue + LATE_MS;
  }

  /** Of a late chunk only what came before its end was lived through. See `awakeTimer` for the grace. */
  #leaveGap(now: number): void {
    if (!this.#isLate(now)) return;
    this.#lost += now - this.#chunkDue;
    this.#chunkDue = now;
    const soonest = now - this.#lost + Math.min(LATE_MS, this.ms);
    for (let entry = this.#first; entry !== undefined && entry.due < soonest; entry = entry.next) {
      if (entry.graceGiven) continue;
      entry.due = soonest;
      entry.graceGiven = true;
    }
  }
}

/** Modes: open (in the list) -> over (passed or cancelled). */
class Entry implements AwakeLimit {
  readonly owner: object;
  readonly onDue: (owner: object) => void;
  readonly #list: AwakeLimits;
  /** On the scale of the list's lived time. */
  due = 0;
  graceGiven = false;
  isOpen = false;
  previous: Entry | undefined;
  next: Entry | undefined;

  constructor(list: AwakeLimits, owner: object, onDue: (owner: object) => void) {
    this.#list = list;
    this.owner = owner;
    this.onDue = onDue;
  }

  get leftMs(): number {
    return this.isOpen ? Math.max(0, this.due - this.#list.lived()) : 0;
  }

  restart(): void {
    if (!this.isOpen) return;
    this.#list.unlink(this);
    this.#list.append(this);
  }

  cancel(): void {
    if (!this.isOpen) return;
    this.#list.unlink(this);
    this.#list.rest();
  }
}

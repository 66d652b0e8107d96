import type { Clock, Timer, TimerOptions } from './clock.ts';

/** A timer that counts only time that was lived through. */
export interface AwakeTimer extends Timer {
  /** Lived time in ms until it fires; 0 when it has fired or could fire any moment. */
  readonly leftMs: number;
  /**
   * Begins anew with the full time, unless it has fired or was cancelled. Costs one reading of the clock, so it may
   * be called for every piece of data.
   */
  restart(): void;
}

const SHORTEST_CHUNK_MS = 1_000;
const LONGEST_CHUNK_MS = 15_000;
const CHUNKS = 20;
/** A chunk that fires later than this was slept, stopped or blocked through. Also the grace afterwards. */
const LATE_MS = 1_000;
/** What is left below a microsecond comes from rounding. */
const ROUNDING_MS = 0.001;

/**
 * Calls back once after at least `ms` milliseconds in which this process really ran, never synchronously. Sleep of
 * the machine, SIGSTOP and a blocked event loop do not count, whether or not the monotonic clock counts them: the
 * timer is armed in chunks of `ms` / 20, but 1 to 15 s, and of a chunk that fires more than 1 s late only the chunk
 * itself counts. So up to one chunk, and 1 s, of each such gap may be counted.
 *
 * After a gap the event loop runs timers before it reads sockets. Therefore a late chunk does not end the timer:
 * at least 1 s (or `ms`, if less) is left, in which data that is there already can arrive. This grace is given once,
 * so that a loop that is blocked all the time cannot put off the end for ever.
 */
export function awakeTimer(
  clock: Clock,
  ms: number,
  callback: () => void,
  options: TimerOptions = {},
): AwakeTimer {
  return new ChunkedTimer(clock, ms, callback, options);
}

/** Modes: armed (`#pending` is the timer of the present chunk) -> over (fired or cancelled, `#pending` undefined). */
class ChunkedTimer implements AwakeTimer {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #callback: () => void;
  readonly #options: TimerOptions;
  readonly #longestChunk: number;
  #pending: Timer | undefined;
  /** Lived time that was left when the present chunk, or the time anew, began at `#since`. */
  #left: number;
  #since: number;
  #chunkDue: number;
  #graceGiven = false;

  constructor(clock: Clock, ms: number, callback: () => void, options: TimerOptions) {
    this.#clock = clock;
    this.#ms = Math.max(0, ms);
    this.#callback = callback;
    this.#options = options;
    this.#longestChunk = Math.min(Math.max(ms / CHUNKS, SHORTEST_CHUNK_MS), LONGEST_CHUNK_MS);
    this.#left = this.#ms;
    this.#since = this.#chunkDue = clock.monotonic();
    this.#arm();
  }

  get leftMs(): number {
    return this.#pending === undefined ? 0 : Math.max(0, this.#left - this.#lived());
  }

  restart(): void {
    this.#left = this.#ms;
    this.#since = this.#clock.monotonic();
    this.#graceGiven = false;
  }

  cancel(): void {
    this.#pending?.cancel();
    this.#pending = undefined;
  }

  #arm(): void {
    const chunk = Math.min(this.#left, this.#longestChunk);
    this.#since = this.#clock.monotonic();
    this.#chunkDue = this.#since + chunk;
    this.#pending = this.#clock.timer(chunk, () => this.#chunkOver(), this.#options);
  }

  /** Of a late chunk only what came before its end; a restart after its end has lived through nothing yet. */
  #lived(): number {
    const now = this.#clock.monotonic();
    return Math.max(0, (this.#isLate(now) ? this.#chunkDue : now) - this.#since);
  }

  #isLate(now: number): boolean {
    return now > this.#chunkDue + LATE_MS;
  }

  #chunkOver(): void {
    const late = this.#isLate(this.#clock.monotonic());
    this.#left -= this.#lived();
    const grace = Math.min(LATE_MS, this.#ms);
    if (late && !this.#graceGiven && this.#left < grace) {
      this.#left = grace;
      this.#graceGiven = true;
    }
    if (this.#left > ROUNDING_MS) {
      this.#arm();
      return;
    }
    this.#pending = undefined;
    this.#callback();
  }
}

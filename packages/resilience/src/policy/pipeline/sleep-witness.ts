import type { AwakeTimer } from '../../clock/awake-timer.ts';
import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';

/** Boot time may run ahead of monotonic time by so much without a sleep; the same as for `judgeTick`. */
const SUSPEND_MS = 500;
/** Servers end idle connections after 5 s and more (Node's own `keepAliveTimeout`), so a shorter stop harms nothing. */
const STOP_MS = 5_000;
const SAMPLE_MS = 1_000;

/** What an attempt notes at its start, to be compared when it has failed. */
export interface TimeMark {
  /** Monotonic time in ms. */
  readonly at: number;
  /** How far boot time was ahead of monotonic time, in ms. */
  readonly aheadMs: number;
}

/** A timer that has run since the start of an attempt, without a restart: it knows which time was lived through. */
export interface LivedTimer {
  readonly timer: Pick<AwakeTimer, 'leftMs'>;
  /** Its full time in ms. */
  readonly limitMs: number;
}

/**
 * Tells whether an attempt failed because the machine slept, or the process stood still, in the middle of it. Where
 * monotonic time stands still in sleep (Linux), sleep is what boot time counts and monotonic time does not. Boot time
 * is read when an attempt has failed, and else at most once in a second of monotonic time, so a sleep that ended less
 * than 1 s before an attempt began may be taken for one within it: its sockets are as dead. Where monotonic time goes
 * on in sleep (macOS, Windows), and for SIGSTOP, a timer of the attempt tells, when there is one.
 */
export class SleepWitness {
  readonly #clock: Clock;
  readonly #readsBoot: boolean;
  #sampledAt: number = Number.NEGATIVE_INFINITY;
  #aheadMs = 0;

  /** @param platform as `process.platform` says. On macOS the system tells boot time by the wall clock, so it is no witness. */
  constructor(clock: Clock, platform: string = clock === systemClock ? process.platform : 'linux') {
    this.#clock = clock;
    this.#readsBoot = platform === 'linux';
  }

  /**
   * How far boot time was ahead, to be noted at the start of an attempt.
   * @param now monotonic time, as just read.
   */
  mark(now: number): number {
    if (this.#readsBoot && now - this.#sampledAt >= SAMPLE_MS) this.#sample(now);
    return this.#aheadMs;
  }

  /**
   * Milliseconds of sleep or standstill since then; 0 when there was none worth mentioning: less than 0.5 s of sleep on
   * Linux, less than 5 s else.
   * @param lived the attempt's own timer, or that of the run with its time at the start of the attempt as limit.
   */
  lostMs(since: TimeMark, lived?: LivedTimer): number {
    const now = this.#clock.monotonic();
    if (this.#readsBoot) this.#sample(now);
    const sleptMs = this.#aheadMs - since.aheadMs;
    const stoodMs = lived === undefined ? 0 : now - since.at - (lived.limitMs - lived.timer.leftMs);
    return (sleptMs >= SUSPEND_MS ? sleptMs : 0) + (stoodMs >= STOP_MS ? stoodMs : 0);
  }

  #sample(now: number): void {
    this.#sampledAt = now;
    this.#aheadMs = this.#clock.boot() - now;
  }
}

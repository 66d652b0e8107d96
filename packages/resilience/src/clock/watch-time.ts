import { InvalidOptionError } from '../errors.ts';
import type { Clock, Timer } from './clock.ts';
import type { Duration } from './duration.ts';
import { parseDuration } from './duration.ts';
import { judgeTick } from './judge-tick.ts';
import type { TimeEvent } from './judge-tick.ts';
import { notify } from './notify.ts';
import { processCpuMs, readClocks } from './readings.ts';
import type { Readings } from './readings.ts';

/** How time is watched. */
export interface WatchTimeOptions {
  readonly clock: Clock;
  /** Told of each event, at most one tick after it is over. What it throws becomes a process warning. */
  readonly onEvent: (event: TimeEvent) => void;
  /** Time between two looks; default 1 s. */
  readonly tickMs?: Duration;
  /** Processor time that this process has used, in ms; default that of `process.cpuUsage()`. */
  readonly cpuMs?: () => number;
  /** Default `process.platform`. */
  readonly platform?: string;
  /**
   * Whether a gap was sleep of the machine, where the clocks cannot tell (not Linux), for instance by
   * `sysctl kern.sleeptime` on macOS; the event is told after the answer. A failure becomes a process warning, and
   * the length of the gap decides.
   */
  readonly confirmSuspend?: (gap: { readonly lostMs: number; readonly at: number }) => Promise<boolean>;
}

/** A running watch. */
export interface TimeWatch {
  /** Ends the watch; no event is told any more. */
  stop(): void;
}

/**
 * Watches the clocks and tells suspend, stop, blocked loop and a stepped wall clock apart (see `judgeTick`). The cause
 * is a label only: after any gap the safe thing is the same (fresh sockets, new probes, watchdogs from the start).
 * Its timer does not keep the process alive.
 *
 * @throws InvalidOptionError when `tickMs` is not above 0.
 */
export function watchTime(options: WatchTimeOptions): TimeWatch {
  return new ClockWatch(options);
}

/** Modes: watching (`#timer` waits for the next look) -> stopped. */
class ClockWatch implements TimeWatch {
  readonly #options: WatchTimeOptions;
  readonly #tickMs: number;
  readonly #platform: string;
  #last: Readings;
  #timer: Timer;
  #stopped = false;

  constructor(options: WatchTimeOptions) {
    this.#options = options;
    this.#tickMs = parseDuration(options.tickMs ?? 1_000, 'tickMs');
    if (this.#tickMs === 0) throw new InvalidOptionError('tickMs', 'must be above 0');
    this.#platform = options.platform ?? process.platform;
    this.#last = this.#read();
    this.#timer = this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }

  #read(): Readings {
    return readClocks(this.#options.clock, this.#options.cpuMs ?? processCpuMs);
  }

  #schedule(): Timer {
    return this.#options.clock.timer(this.#tickMs, () => this.#look(), { unref: true });
  }

  #look(): void {
    const before = this.#last;
    this.#last = this.#read();
    this.#timer = this.#schedule();
    for (const event of judgeTick(before, this.#last, this.#tickMs, this.#platform)) this.#judged(event);
  }

  #judged(event: TimeEvent): void {
    const { confirmSuspend } = this.#options;
    const inDoubt = this.#platform !== 'linux' && (event.type === 'suspend' || event.type === 'pause');
    if (confirmSuspend === undefined || !inDoubt) this.#tell(event);
    else void this.#confirmed(event, confirmSuspend).then((sure) => this.#tell(sure));
  }

  async #confirmed(
    gap: TimeEvent & { readonly type: 'suspend' | 'pause' },
    confirm: NonNullable<WatchTimeOptions['confirmSuspend']>,
  ): Promise<TimeEvent> {
    try {
      const { lostMs, at } = gap;
      return { type: (await confirm({ lostMs, at })) ? 'suspend' : 'pause', lostMs, at };
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)));
      return gap;
    }
  }

  #tell(event: TimeEvent): void {
    if (!this.#stopped) notify(this.#options.onEvent, event);
  }
}

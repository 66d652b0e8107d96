import type { Clock, Timer } from '../clock/clock.ts';
import { ResilienceError } from '../errors.ts';
import { awakeReport } from './awake-report.ts';
import type { AwakeReport } from './awake-report.ts';
import { ladderOf } from './ladder.ts';
import type { Ladder } from './ladder.ts';
import { Lock } from './lock.ts';
import { machineOf } from './machine.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { powerSource } from './power-source.ts';
import type { PowerSource } from './power-source.ts';

const POWER_MS = 60_000;

/** How the machine is kept awake. */
export interface KeepAwakeOptions extends MachineOptions {
  readonly clock: Clock;
  /** Hold the locks on battery too; default false, where power is looked at once a minute. */
  readonly onBattery?: boolean;
  /** Who asks, as the system's list of locks shows it; default `holdfast`. */
  readonly who?: string;
}

/** One wish to stay awake. */
export interface AwakeHold {
  /** Takes the wish back; with the last one the locks go. Harmless when repeated. */
  release(): Promise<void>;
}

/** Keeps the machine from falling asleep by itself. */
export interface KeepAwake {
  /**
   * Asks to stay awake. Resolves once the locks were taken or refused: `report()` says which. Nothing is promised.
   * @throws ResilienceError `ERR_AWAKE_CLOSED` after `close`.
   */
  acquire(reason: string): Promise<AwakeHold>;
  report(): AwakeReport;
  /** Gives everything back. Resolves when no child is left. */
  close(): Promise<void>;
}

/** A keeper that holds nothing until it is asked to. Its locks end with this process, even by SIGKILL. */
export function keepAwake(options: KeepAwakeOptions): KeepAwake {
  return new Keeper(options);
}

/**
 * Nobody asks; somebody asks and the locks are held or tried; somebody asks and the machine runs on battery; closed.
 * Every change goes through `#settle`, one at a time, which makes the locks fit the wishes as they are then.
 */
class Keeper implements KeepAwake {
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #onBattery: boolean;
  readonly #who: string;
  readonly #reasons = new Map<object, string>();
  #ladder: Ladder | null = null;
  #locks: readonly Lock[] = [];
  #power: PowerSource | null = null;
  #powerTimer: Timer | null = null;
  #queue: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: KeepAwakeOptions) {
    this.#machine = machineOf(options);
    this.#clock = options.clock;
    this.#onBattery = options.onBattery ?? false;
    this.#who = options.who ?? 'holdfast';
  }

  async acquire(reason: string): Promise<AwakeHold> {
    if (this.#isClosed) throw closedError();
    const hold: AwakeHold = {
      release: async () => {
        if (this.#reasons.delete(hold)) await this.#settle();
      },
    };
    this.#reasons.set(hold, reason);
    await this.#settle();
    return hold;
  }

  report(): AwakeReport {
    return awakeReport({
      reasons: [...this.#reasons.values()],
      power: this.#power,
      isPaused: this.#isPaused,
      ladder: this.#ladder,
      locks: this.#locks,
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#reasons.clear();
    // Now, so that nobody waits for a lock that is still being asked for.
    await Promise.all(this.#locks.map((lock) => lock.release()));
    await this.#settle();
  }

  get #isPaused(): boolean {
    return !this.#onBattery && this.#power === 'battery';
  }

  #settle(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#fit());
    return this.#queue;
  }

  async #fit(): Promise<void> {
    this.#powerTimer?.cancel();
    this.#powerTimer = null;
    if (this.#reasons.size > 0 && !this.#onBattery) await this.#lookAtPower();
    if (this.#reasons.size > 0 && !this.#isPaused) await this.#take();
    else await Promise.all(this.#locks.map((lock) => lock.release()));
  }

  async #lookAtPower(): Promise<void> {
    this.#power = await powerSource(this.#machine, this.#clock);
    this.#powerTimer = this.#clock.timer(POWER_MS, () => void this.#settle(), { unref: true });
  }

  async #take(): Promise<void> {
    const [reason = ''] = this.#reasons.values();
    this.#ladder ??= await ladderOf(this.#machine, this.#clock, this.#who);
    if (this.#isClosed) return;
    if (this.#locks.length === 0) {
      this.#locks = this.#ladder.methods.map((method) => new Lock(method, this.#machine, this.#clock));
    }
    await Promise.all(this.#locks.map((lock) => lock.take(reason)));
  }
}

function closedError(): ResilienceError {
  return new ResilienceError('The machine cannot be kept awake by a keeper that is closed.', {
    code: 'ERR_AWAKE_CLOSED',
    hint: 'Ask before close(), or make another keeper.',
  });
}

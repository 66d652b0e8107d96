import type { Clock } from '../clock/clock.ts';
import { notify } from '../clock/notify.ts';
import { inhibitMethod, neverAsks } from './inhibit.ts';
import { KeptChild } from './kept-child.ts';
import type { KeptState } from './kept-state.ts';
import { Lock } from './lock.ts';
import { isWsl, machineOf } from './machine.ts';
import type { Machine, MachineOptions } from './machine.ts';
import { sleepListeners } from './sleep-signal.ts';
import type { SleepListener } from './sleep-signal.ts';
import { nextSleepState } from './sleep-state.ts';
import type { SleepEvent, SleepMoment, SleepState } from './sleep-state.ts';

/** logind waits 5 s for delay locks by default (logind.conf, InhibitDelayMaxSec). */
const FLUSH_MS = 4_000;

/** The machine woke up. */
export interface WakeEvent {
  /** Wall time in ms. */
  readonly at: number;
  /** How long it slept, in ms; about 0 when it stayed awake after all. */
  readonly sleptMs: number;
}

/** How sleep is watched. */
export interface WatchSleepOptions extends MachineOptions {
  readonly clock: Clock;
  /** Who delays sleep, as the system's list of locks shows it; default `holdfast`. */
  readonly who?: string;
  /** The machine is about to sleep: bring everything to the disk. Waited for, at most 4 s. */
  readonly onSleep: () => Promise<void>;
  readonly onWake: (event: WakeEvent) => void;
}

/** What the watch rests on at this moment. */
export interface SleepReport {
  /** `logind`: sleep is announced and delayed; `announced`: announced, not delayed; `none`: clocks alone can tell. */
  readonly level: 'logind' | 'announced' | 'none';
  readonly listener: SleepListener['name'] | null;
  /** Whether the lock that delays sleep is held. */
  readonly isDelaying: boolean;
  /** What is missing and why, in sentences. */
  readonly missing: readonly string[];
}

/** A running watch. It does not keep the process alive. */
export interface SleepWatch {
  /** Resolves when the watch works, or it is known that it cannot. */
  readonly ready: Promise<void>;
  report(): SleepReport;
  /** Resolves when no child and no timer is left. */
  stop(): Promise<void>;
}

/**
 * Announces sleep before it happens, on Linux with logind: a delay lock gives `onSleep` time, then lets the machine go.
 * Elsewhere it does nothing and says so; that the machine *has* slept, the clocks tell everywhere.
 */
export function watchSleep(options: WatchSleepOptions): SleepWatch {
  return new Watch(options);
}

/** The states of `SleepState`, moved by `nextSleepState`; `#enter` does what a state asks for. */
class Watch implements SleepWatch {
  readonly ready: Promise<void>;
  readonly #options: WatchSleepOptions;
  readonly #machine: Machine;
  #state: SleepState = { at: 'awake' };
  #lock: Lock | null = null;
  #listener: { readonly kind: SleepListener; readonly child: KeptChild } | null = null;
  #missing = 'it is being asked for';

  constructor(options: WatchSleepOptions) {
    this.#options = options;
    this.#machine = machineOf(options);
    this.ready = this.#start();
  }

  report(): SleepReport {
    const listening = this.#listener?.child.state ?? null;
    const lock = this.#lock?.state ?? null;
    const isDelaying = lock?.at === 'running';
    const hears = listening?.at === 'running';
    const missing = [
      ...(hears ? [] : [`sleep is not announced: ${reasonOf(listening) ?? this.#missing}`]),
      ...(isDelaying || this.#state.at === 'asleep'
        ? []
        : [`sleep is not delayed: ${reasonOf(lock) ?? this.#missing}`]),
    ];
    const level = hears ? (isDelaying ? 'logind' : 'announced') : 'none';
    return { level, listener: hears ? (this.#listener?.kind.name ?? null) : null, isDelaying, missing };
  }

  async stop(): Promise<void> {
    this.#on({ type: 'stop' });
    await Promise.all([this.#listener?.child.stop(), this.#lock?.release()]);
  }

  async #start(): Promise<void> {
    if (this.#machine.platform !== 'linux' || (await isWsl(this.#machine))) {
      this.#missing = `there is no logind on ${this.#machine.platform === 'linux' ? 'WSL' : this.#machine.platform}`;
      return;
    }
    const { clock, who = 'holdfast' } = this.#options;
    const flags = await neverAsks(this.#machine, clock);
    const method = inhibitMethod({ what: 'sleep', mode: 'delay', who, flags });
    this.#lock = new Lock(method, this.#machine, clock);
    await Promise.all([this.#takeLock(), this.#listen()]);
  }

  /** The first listener that is on this machine. */
  async #listen(): Promise<void> {
    for (const kind of sleepListeners) {
      if (this.#isStopped) return;
      const child = this.#listenerChild(kind);
      this.#listener = { kind, child };
      await child.start();
      if (child.state.at !== 'absent') return;
    }
  }

  #listenerChild(kind: SleepListener): KeptChild {
    let read = kind.reader();
    return new KeptChild({
      machine: this.#machine,
      clock: this.#options.clock,
      command: () => kind.command,
      isReady: kind.isReady,
      onLine: (line) => {
        const signal = read(line);
        if (signal === true) this.#on({ type: 'sleep', moment: this.#moment() });
        if (signal === false) this.#on({ type: 'wake' });
      },
      onState: (state) => {
        read = kind.reader();
        // A wake that was announced while nobody listened: whoever listens again is awake.
        if (state.at === 'running' && this.#state.at === 'asleep') this.#on({ type: 'wake' });
      },
    });
  }

  /** Read through a method, since it changes while promises are awaited. */
  get #isStopped(): boolean {
    return this.#state.at === 'stopped';
  }

  #moment(): SleepMoment {
    return { boot: this.#options.clock.boot(), monotonic: this.#options.clock.monotonic() };
  }

  #on(event: SleepEvent): void {
    const before = this.#state;
    this.#state = nextSleepState(before, event);
    if (this.#state.at === before.at) return;
    if (this.#state.at === 'flushing' && before.at === 'awake') void this.#flush();
    if (this.#state.at === 'asleep') void this.#lock?.release();
    if (this.#state.at === 'awake' && 'since' in before) this.#wake(before.since);
  }

  async #flush(): Promise<void> {
    const { clock, onSleep } = this.#options;
    const done = new AbortController();
    const limit = clock.sleep(FLUSH_MS, { signal: done.signal }).catch(() => undefined);
    await Promise.race([limit, (async () => await onSleep())().catch(warn)]);
    done.abort();
    this.#on({ type: 'flushed' });
  }

  #wake(since: SleepMoment): void {
    const now = this.#moment();
    const sleptMs = Math.max(0, now.boot - since.boot - (now.monotonic - since.monotonic));
    void this.#takeLock();
    notify(this.#options.onWake, { at: this.#options.clock.now(), sleptMs });
  }

  async #takeLock(): Promise<void> {
    if (!this.#isStopped) await this.#lock?.take('write everything to disk before sleep');
  }
}

function reasonOf(state: KeptState | null): string | null {
  return state !== null && 'reason' in state ? state.reason : null;
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}

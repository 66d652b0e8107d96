import type { Clock } from '@holdfast/resilience/clock';
import type { ChildMessage } from '../model/engine-message.ts';
import type { ChildMode } from '../model/supervisor-status.ts';
import { afterHeartbeat, isTooLarge, MEMORY_UNSEEN } from './memory-watch.ts';
import type { ChildSpec } from './plan.ts';
import { Watchdog } from './watchdog.ts';

/** What a pulse is taken of, and whom it tells. */
export interface PulseOptions {
  readonly clock: Clock;
  readonly spec: ChildSpec;
  readonly onReady: () => void;
  readonly onHung: (silentMs: number) => void;
  /** It has been silent for so long that it must be replaced. */
  readonly onLost: () => void;
  /** It needs more memory than allowed; told once. */
  readonly onTooLarge: () => void;
}

/**
 * The signs of life of one process. Modes: *starting* until it is ready, then *running*; *hung* while it is silent,
 * which its next heartbeat ends.
 */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #watchdog: Watchdog | null;
  #ready = false;
  #memory = MEMORY_UNSEEN;
  #told = false;
  #modeSince: number;
  lastHeartbeatAt: number | null = null;
  progress = 0;
  rss: number | null = null;

  constructor(options: PulseOptions) {
    const { clock, spec, onHung, onLost } = options;
    this.#options = options;
    this.#modeSince = clock.now();
    this.#watchdog =
      spec.watchdogMs === null
        ? null
        : new Watchdog({
            clock,
            limitMs: spec.watchdogMs,
            onHung: (silentMs) => {
              this.#modeSince = clock.now();
              onHung(Math.round(silentMs));
            },
            onLost,
          });
  }

  get mode(): Extract<ChildMode, 'starting' | 'running' | 'hung'> {
    if (this.#watchdog?.silent === true) return 'hung';
    return this.#ready ? 'running' : 'starting';
  }

  /** When this mode began, wall ms. */
  get modeSince(): number {
    return this.#modeSince;
  }

  /** Whether heartbeats came until now. */
  get beating(): boolean {
    return this.#watchdog?.beating ?? this.lastHeartbeatAt !== null;
  }

  /** Whether it was given up for its silence. */
  get lost(): boolean {
    return this.#watchdog?.lost ?? false;
  }

  hear(message: ChildMessage): void {
    if (message.type === 'heartbeat') this.#beat(message.progress, message.rss);
    const ready = message.type === 'event' ? message.event.kind === 'ready' : message.type === 'heartbeat';
    const isSign = this.#options.spec.ready === 'event' ? message.type === 'event' : true;
    if (ready && isSign && !this.#ready) {
      this.#ready = true;
      this.#modeSince = this.#options.clock.now();
      this.#options.onReady();
    }
  }

  stop(): void {
    this.#watchdog?.stop();
  }

  #beat(progress: number, rss: number | undefined): void {
    const { clock, spec, onTooLarge } = this.#options;
    if (this.mode === 'hung') this.#modeSince = clock.now();
    this.#watchdog?.heartbeat();
    this.lastHeartbeatAt = clock.now();
    this.progress = progress;
    this.rss = rss ?? this.rss;
    this.#memory = afterHeartbeat(this.#memory, rss, spec.maxMemory);
    if (!isTooLarge(this.#memory) || this.#told) return;
    this.#told = true;
    onTooLarge();
  }
}

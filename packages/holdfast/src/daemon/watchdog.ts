import type { Clock, Timer } from '@holdfast/resilience/clock';

/** What the watchdog needs and whom it tells. */
export interface WatchdogOptions {
  readonly clock: Clock;
  /** Silence for longer than this, in ms, is a hang; for twice as long, its end. */
  readonly limitMs: number;
  readonly onHung: (silentMs: number) => void;
  readonly onLost: () => void;
}

/** A child that has not given its first heartbeat yet may be opening a large store. */
const STARTING_FACTOR = 10;
const LOOKS_PER_LIMIT = 6;

/**
 * Tells a hung child by its silence. Modes: *starting* until the first heartbeat (ten times the limit), then
 * *beating*; after `limitMs` of silence *hung* (told once, a heartbeat leads back), after twice that *lost*.
 * A look that comes late shows that this process slept too: then the child gets its whole time again.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #heardAt: number;
  #lookedAt: number;
  #mode: 'starting' | 'beating' | 'hung' | 'lost' = 'starting';
  #timer: Timer;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#heardAt = options.clock.monotonic();
    this.#lookedAt = this.#heardAt;
    this.#timer = this.#schedule();
  }

  /** Whether heartbeats came until now. */
  get beating(): boolean {
    return this.#mode === 'beating';
  }

  /** Whether it is silent for longer than allowed. */
  get silent(): boolean {
    return this.#mode === 'hung' || this.#mode === 'lost';
  }

  /** Whether the child was given up. */
  get lost(): boolean {
    return this.#mode === 'lost';
  }

  heartbeat(): void {
    this.#heardAt = this.#options.clock.monotonic();
    if (this.#mode !== 'lost') this.#mode = 'beating';
  }

  stop(): void {
    this.#timer.cancel();
  }

  get #step(): number {
    return this.#options.limitMs / LOOKS_PER_LIMIT;
  }

  #schedule(): Timer {
    return this.#options.clock.timer(this.#step, () => this.#look(), { unref: true });
  }

  #look(): void {
    const { clock, limitMs, onHung, onLost } = this.#options;
    const now = clock.monotonic();
    if (now - this.#lookedAt > 2 * this.#step) this.#heardAt = now;
    this.#lookedAt = now;
    const silent = now - this.#heardAt;
    const limit = this.#mode === 'starting' ? limitMs * STARTING_FACTOR : limitMs;
    if (silent > 2 * limitMs && silent > limit) {
      this.#mode = 'lost';
      onLost();
      return;
    }
    if (silent > limitMs && this.#mode === 'beating') {
      this.#mode = 'hung';
      onHung(silent);
    }
    this.#timer = this.#schedule();
  }
}

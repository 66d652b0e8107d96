import { awakeTimer } from '../clock/awake-timer.ts';
import type { AwakeTimer } from '../clock/awake-timer.ts';
import type { Clock } from '../clock/clock.ts';

/** Why a child ends, as far as it is our doing. */
export type Ending = 'own' | 'asked' | 'too-long' | 'silent';

/** What a leash needs to know and do. */
export interface LeashOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly killAfterMs: number;
  /** Undefined: no sign of life is asked for. */
  readonly heartbeatMs: number | undefined;
  /** Asks the child to end. */
  readonly ask: () => void;
  /** Ends it whether it wants or not. */
  readonly kill: () => void;
}

/**
 * Holds a child that can be killed. Modes: *own* (it lives as it likes) -> *asked* (its signal aborted) ->
 * *too-long* (killed); or *own* -> *silent* (killed, since it gave no sign of life). Times count what was lived through.
 */
export class Leash {
  readonly #options: LeashOptions;
  readonly #onAbort = (): void => this.#stop();
  #ending: Ending = 'own';
  #timer: AwakeTimer | undefined;

  constructor(options: LeashOptions) {
    this.#options = options;
    const { clock, signal, heartbeatMs } = options;
    if (heartbeatMs !== undefined) this.#timer = awakeTimer(clock, heartbeatMs, () => this.#kill('silent'));
    if (signal.aborted) this.#stop();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get ending(): Ending {
    return this.#ending;
  }

  /** The child gave a sign of life. */
  heard(): void {
    if (this.#ending === 'own') this.#timer?.restart();
  }

  /** The child has ended. */
  release(): void {
    this.#timer?.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  #stop(): void {
    if (this.#ending !== 'own') return;
    this.#ending = 'asked';
    this.#timer?.cancel();
    const { clock, killAfterMs, ask } = this.#options;
    this.#timer = awakeTimer(clock, killAfterMs, () => this.#kill('too-long'));
    ask();
  }

  #kill(ending: Ending): void {
    this.#ending = ending;
    this.#options.kill();
  }
}

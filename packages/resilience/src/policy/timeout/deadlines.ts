import { awakeTimer } from '../../clock/awake-timer.ts';
import type { AwakeTimer } from '../../clock/awake-timer.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Duration } from '../../clock/duration.ts';
import { parseDuration } from '../../clock/duration.ts';
import { TimeoutError } from './timeout-error.ts';
import type { TimeoutCode } from './timeout-error.ts';

/** Limits of one exchange; each is optional. */
export interface DeadlineLimits {
  /** From the start to `connected()`. */
  readonly connect?: Duration;
  /** From `connected()` to `firstByte()`; from the start until then when there is no `connect` limit. */
  readonly firstByte?: Duration;
  /** Between two signs of life (`firstByte()`, `progress()`). */
  readonly idle?: Duration;
  /** From the start to disposal. */
  readonly total?: Duration;
}

/** The limits of one exchange while it runs. */
export interface Deadlines {
  /** Aborts with a TimeoutError when a limit is passed, or with the caller's reason. */
  readonly signal: AbortSignal;
  connected(): void;
  firstByte(): void;
  progress(): void;
  /** Ends all limits; the signal stays as it is. */
  [Symbol.dispose](): void;
}

/** Watches connect, first byte, idle and total time of one exchange, each in time lived through (`awakeTimer`). */
export function deadlines(
  limits: DeadlineLimits,
  options: { readonly clock: Clock; readonly signal?: AbortSignal },
): Deadlines {
  return new ExchangeDeadlines(limits, options.clock, options.signal);
}

type Phase = 'connecting' | 'waiting' | 'flowing' | 'over';

interface PhaseLimit {
  readonly code: TimeoutCode;
  readonly ms: number | undefined;
}

/**
 * Modes: connecting -> waiting (for the first byte) -> flowing -> over. Each of the first three has one limit,
 * measured from its beginning, and *flowing* from the last progress.
 */
class ExchangeDeadlines implements Deadlines {
  readonly #clock: Clock;
  readonly #limits: Readonly<Record<Exclude<Phase, 'over'>, PhaseLimit>>;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  #phase: Phase = 'connecting';
  #phaseTimer: AwakeTimer | undefined;
  readonly #totalTimer: AwakeTimer | undefined;

  constructor(limits: DeadlineLimits, clock: Clock, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    this.#limits = {
      connecting: { code: 'ERR_TIMEOUT_CONNECT', ms: limit(limits.connect, 'connect') },
      waiting: { code: 'ERR_TIMEOUT_FIRST_BYTE', ms: limit(limits.firstByte, 'firstByte') },
      flowing: { code: 'ERR_TIMEOUT_IDLE', ms: limit(limits.idle, 'idle') },
    };
    const total = limit(limits.total, 'total');
    if (caller?.aborted === true) {
      this.#abort(caller.reason);
      return;
    }
    caller?.addEventListener('abort', this.#onCallerAbort);
    if (total !== undefined) {
      this.#totalTimer = awakeTimer(clock, total, () =>
        this.#abort(new TimeoutError('ERR_TIMEOUT_TOTAL', total)),
      );
    }
    this.#enter(this.#limits.connecting.ms === undefined ? 'waiting' : 'connecting');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  connected(): void {
    if (this.#phase === 'connecting' || this.#phase === 'waiting') this.#enter('waiting');
  }

  firstByte(): void {
    if (this.#phase === 'over') return;
    if (this.#phase === 'flowing') this.#phaseTimer?.restart();
    else this.#enter('flowing');
  }

  progress(): void {
    this.firstByte();
  }

  [Symbol.dispose](): void {
    this.#phase = 'over';
    this.#phaseTimer?.cancel();
    this.#totalTimer?.cancel();
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  readonly #onCallerAbort = (): void => this.#abort(this.#caller?.reason);

  /** Ends what could abort it a second time. */
  #abort(reason: unknown): void {
    this[Symbol.dispose]();
    this.#controller.abort(reason);
  }

  #enter(phase: Exclude<Phase, 'over'>): void {
    this.#phase = phase;
    this.#phaseTimer?.cancel();
    const { code, ms } = this.#limits[phase];
    this.#phaseTimer =
      ms === undefined
        ? undefined
        : awakeTimer(this.#clock, ms, () => this.#abort(new TimeoutError(code, ms)));
  }
}

function limit(value: Duration | undefined, field: string): number | undefined {
  return value === undefined ? undefined : parseDuration(value, field);
}

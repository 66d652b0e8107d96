import type { Verdict } from '../../classify/verdict.ts';
import { formatDuration } from '../../clock/duration.ts';
import { RefusalError } from '../refusal-error.ts';

/** How a refusal came about, and how it is told. */
export interface CircuitOpenDetails {
  /** A person holds the circuit; why, when that was said. */
  readonly isolated?: string | undefined;
  /** Capture a stack, which takes microseconds; default false. */
  readonly stack?: boolean;
}

/** The call was not made because the circuit is open, or held by a person. Has no stack unless asked for. */
export class CircuitOpenError extends RefusalError {
  readonly retryAfterMs: number;
  /** Whether a person holds the circuit (`isolate`). */
  readonly isolated: boolean;
  readonly #breaker: string;
  readonly #reason: string | undefined;

  constructor(breaker: string, retryAfterMs: number, details: CircuitOpenDetails = {}) {
    const { isolated } = details;
    super(
      {
        code: 'ERR_CIRCUIT_OPEN',
        hint:
          isolated === undefined
            ? 'Wait for retryAfterMs, or find out why the calls before this one failed.'
            : 'Somebody called isolate(); release() lets calls through again.',
        verdict: verdictOf(retryAfterMs),
      },
      details.stack,
    );
    this.name = 'CircuitOpenError';
    this.retryAfterMs = retryAfterMs;
    this.isolated = isolated !== undefined;
    this.#breaker = breaker;
    this.#reason = isolated;
  }

  protected tell(): string {
    const { retryAfterMs } = this;
    return this.#reason === undefined
      ? openMessage(this.#breaker, retryAfterMs)
      : heldMessage(this.#breaker, this.#reason);
  }
}

function openMessage(breaker: string, retryAfterMs: number): string {
  return `The circuit ${breaker} is open; it is tried again in ${formatDuration(retryAfterMs)}.`;
}

function heldMessage(breaker: string, reason: string): string {
  return `The circuit ${breaker} is held open by hand${reason === '' ? '' : `: ${reason}`}.`;
}

function verdictOf(retryAfterMs: number): Verdict {
  return {
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'class',
    code: 'ERR_CIRCUIT_OPEN',
    retryAfterMs,
  };
}

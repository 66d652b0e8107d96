import type { Verdict } from '../../classify/verdict.ts';
import { formatDuration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';
import { limitStack } from '../../limit-stack.ts';
import type { AttemptRecord, Failure, KeepsFailure, StopReason } from '../pipeline/failure.ts';

/** How a refusal came about, and how it is told. */
export interface CircuitOpenDetails {
  /** A person holds the circuit; why, when that was said. */
  readonly isolated?: string | undefined;
  /** Capture a stack, which takes microseconds; default false. */
  readonly stack?: boolean;
}

/**
 * The call was not made because the circuit is open, or held by a person. Has no stack unless asked for: it is made
 * often and always in one place.
 */
export class CircuitOpenError extends ResilienceError implements KeepsFailure {
  readonly retryAfterMs: number;
  /** Whether a person holds the circuit (`isolate`). */
  readonly isolated: boolean;
  #failure: Failure | undefined;

  constructor(breaker: string, retryAfterMs: number, details: CircuitOpenDetails = {}) {
    const { isolated, stack = false } = details;
    const frames = stack ? undefined : limitStack(0);
    super(isolated === undefined ? openMessage(breaker, retryAfterMs) : heldMessage(breaker, isolated), {
      code: 'ERR_CIRCUIT_OPEN',
      hint:
        isolated === undefined
          ? 'Wait for retryAfterMs, or find out why the calls before this one failed.'
          : 'Somebody called isolate(); release() lets calls through again.',
      verdict: verdictOf(retryAfterMs),
    });
    if (frames !== undefined) limitStack(frames);
    this.name = 'CircuitOpenError';
    this.retryAfterMs = retryAfterMs;
    this.isolated = isolated !== undefined;
  }

  /** What a policy noted: the attempts that failed before. */
  get attempts(): readonly AttemptRecord[] | undefined {
    return this.#failure?.attempts;
  }

  /** What a policy noted: why it stopped trying. */
  get stopReason(): StopReason | undefined {
    return this.#failure?.stopReason;
  }

  /** For policies. */
  get policyFailure(): Failure | undefined {
    return this.#failure;
  }

  set policyFailure(failure: Failure | undefined) {
    this.#failure = failure;
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

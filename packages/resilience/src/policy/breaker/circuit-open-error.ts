import { formatDuration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';

/** The call was not made because the circuit is open. Has no stack: it is made often and always in one place. */
export class CircuitOpenError extends ResilienceError {
  readonly retryAfterMs: number;

  constructor(breaker: string, retryAfterMs: number) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`The circuit ${breaker} is open; it is tried again in ${formatDuration(retryAfterMs)}.`, {
      code: 'ERR_CIRCUIT_OPEN',
      hint: 'Wait for retryAfterMs, or find out why the calls before this one failed.',
      verdict: {
        category: 'network',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_CIRCUIT_OPEN',
        retryAfterMs,
      },
    });
    Error.stackTraceLimit = limit;
    this.name = 'CircuitOpenError';
    this.retryAfterMs = retryAfterMs;
  }
}

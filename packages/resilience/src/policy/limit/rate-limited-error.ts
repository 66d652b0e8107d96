import { formatDuration } from '../../clock/duration.ts';
import { RefusalError } from '../refusal-error.ts';

/**
 * The call was not made, since it could have started only later than `maxWait`. Its category is `rate-limit`: no
 * evidence about the service, and nothing has been sent.
 */
export class RateLimitedError extends RefusalError {
  /** Milliseconds until a call could start at once, if nobody asks before. */
  readonly retryAfterMs: number;
  readonly #maxWaitMs: number;

  constructor(retryAfterMs: number, maxWaitMs: number) {
    super({
      code: 'ERR_RATE_LIMITED',
      hint: 'Wait for retryAfterMs, or allow a longer wait (maxWait).',
      verdict: {
        category: 'rate-limit',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_RATE_LIMITED',
        retryAfterMs,
      },
    });
    this.name = 'RateLimitedError';
    this.retryAfterMs = retryAfterMs;
    this.#maxWaitMs = maxWaitMs;
  }

  protected tell(): string {
    const [start, longest] = [formatDuration(this.retryAfterMs), formatDuration(this.#maxWaitMs)];
    return `The rate limit lets the call start in ${start}, and it may wait ${longest}.`;
  }
}

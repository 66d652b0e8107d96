import { formatDuration } from '../../clock/duration.ts';
import { ResilienceError } from '../../errors.ts';
import { limitStack } from '../../limit-stack.ts';

/**
 * The call was not made, since it could have started only later than `maxWait`. Has no stack: it is made often and
 * always in one place. Its category is `rate-limit`: no evidence about the service, and nothing has been sent.
 */
export class RateLimitedError extends ResilienceError {
  /** Milliseconds until a call could start at once, if nobody asks before. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, maxWaitMs: number) {
    const frames = limitStack(0);
    const longest = formatDuration(maxWaitMs);
    super(
      `The rate limit lets the call start in ${formatDuration(retryAfterMs)}, and it may wait ${longest}.`,
      {
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
      },
    );
    limitStack(frames);
    this.name = 'RateLimitedError';
    this.retryAfterMs = retryAfterMs;
  }
}

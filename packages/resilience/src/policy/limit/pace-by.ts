import { parseRateLimit } from '../../classify/rate-limit-headers.ts';
import type { RateLimitHeaders, RateLimitReference } from '../../classify/rate-limit-headers.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Against what the headers are measured, and whose they are. */
export interface PaceOptions extends RateLimitReference {
  /** The limiter's key. */
  readonly key?: string;
}

/**
 * Pauses a limiter when an answer, a success too, says that nothing is left until a reset. Never throws, whatever the
 * headers say. Gives the pause in ms, or 0.
 */
export function paceBy(limiter: RateLimiter, headers: RateLimitHeaders, options: PaceOptions): number {
  const said = parseRateLimit(headers, options);
  if (said === null || said.remaining > 0) return 0;
  limiter.pause(said.resetMs, options.key);
  return said.resetMs;
}

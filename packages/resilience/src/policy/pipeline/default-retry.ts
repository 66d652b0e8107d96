import { fullJitter } from '../backoff/backoff.ts';
import type { Backoff } from '../backoff/backoff.ts';
import type { RetryRules } from './options.ts';

/** Used where a rule names none: full jitter from 1 s to 5 min. */
export const DEFAULT_BACKOFF: Backoff = fullJitter('1s', '5m');

/**
 * Rules to begin with: network, dns and timeout failures until the deadline (give one), throttling ten times, a
 * certificate that is out of its time once, since the clock may be wrong. Everything else is not retried. Plain data:
 * `retry: { ...defaultRetry, local: { attempts: 3 } }`.
 */
export const defaultRetry: RetryRules = Object.freeze({
  network: Object.freeze({ attempts: Number.POSITIVE_INFINITY, backoff: DEFAULT_BACKOFF }),
  dns: Object.freeze({ attempts: Number.POSITIVE_INFINITY, backoff: DEFAULT_BACKOFF }),
  timeout: Object.freeze({ attempts: Number.POSITIVE_INFINITY, backoff: DEFAULT_BACKOFF }),
  'rate-limit': Object.freeze({ attempts: 10, backoff: DEFAULT_BACKOFF }),
  tls: Object.freeze({
    attempts: 1,
    backoff: DEFAULT_BACKOFF,
    codes: Object.freeze(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']),
  }),
});

import type { Duration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { range } from './backoff.ts';
import type { Backoff } from './backoff.ts';

/** 2^59 ms are 18 million years: past every cap, and far from where 2^t becomes Infinity. */
const LARGEST_EXPONENT = 60;
/** Two neighbouring draws can meet; a wait is never 0. */
const SHORTEST_MS = 1;
/** Makes the median of the first delay about 0.9 of the base. */
const SCALE = 1 / 1.4;

/**
 * Polly's jitter (decorrelated, version 2), which has no gaps and no spikes in its distribution:
 * (f(t_k) - f(t_{k-1})) * base / 1.4 with f(t) = 2^t * tanh(sqrt(4t)) and t_k uniform in [k, k+1), k = n - 1, at most
 * cap. Its median doubles: about 0.9, 1.1, 2, 4, 8 times the base. Polly keeps t_{k-1} from one retry to the next; here
 * it is drawn anew, which needs no state and leaves the distribution of each delay as it is.
 * Source: Polly.Contrib.WaitAndRetry, `DecorrelatedJitterBackoffV2`.
 */
export function smoothJitter(base: Duration, cap: Duration): Backoff {
  const { baseMs, capMs } = range('smooth-jitter', base, cap);
  return Object.freeze({
    kind: 'smooth-jitter',
    baseMs,
    capMs,
    delayMs: (retry: number, random: Random) => {
      const k = Math.min(Math.max(retry, 1) - 1, LARGEST_EXPONENT);
      const before = k === 0 ? 0 : curve(k - 1 + random.next());
      const delay = (curve(k + random.next()) - before) * baseMs * SCALE;
      return Math.min(capMs, Math.max(delay, SHORTEST_MS));
    },
  });
}

function curve(t: number): number {
  return 2 ** t * Math.tanh(Math.sqrt(4 * t));
}

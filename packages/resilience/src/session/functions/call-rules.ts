import type { Category } from '../../classify/verdict.ts';
import { fullJitter } from '../../policy/backoff/backoff.ts';
import type { Backoff } from '../../policy/backoff/backoff.ts';
import type { RetryRule } from '../../policy/pipeline/options.ts';
import type { ConnectionOptions } from './connection-options.ts';

type Backoffs = Partial<Readonly<Record<Category, Backoff>>>;

const LOSSES: readonly Category[] = ['auth-expired', 'session-lost', 'page-lost', 'crash'];

/** What is tried again, and after how long. */
export function backoffsOf({ backoff, session }: ConnectionOptions): Backoffs {
  const usual = fullJitter('2s', '1m');
  const loss = session === undefined ? usual : fullJitter('200ms', '10s');
  const known: Backoffs = {
    network: usual,
    dns: usual,
    timeout: fullJitter('4s', '2m'),
    'rate-limit': fullJitter('30s', '10m'),
    ...Object.fromEntries(LOSSES.map((category) => [category, loss])),
  };
  if (backoff === undefined) return known;
  const { default: other, ...named } = isBackoff(backoff) ? { default: backoff } : backoff;
  const replaced = Object.keys(known).map((category) => [category, other]);
  return { ...(other === undefined ? known : Object.fromEntries(replaced)), ...named };
}

function isBackoff(value: NonNullable<ConnectionOptions['backoff']>): value is Backoff {
  return 'delayMs' in value && typeof value.delayMs === 'function';
}

/**
 * Rules of ONE call that together grant `max` retries. A policy counts the retries of each category by itself; so
 * what a rule grants shrinks by what the other categories have used.
 */
export function callRules(
  backoffs: Backoffs,
  max: number,
  failures: readonly Category[],
): Partial<Record<Category, RetryRule>> {
  const rules = Object.entries(backoffs).map(([category, backoff]) => {
    const rule: RetryRule = {
      backoff,
      get attempts() {
        // Asked after a failure, which is in the list by then, and once before the first.
        const used = Math.max(0, failures.length - 1);
        const ownUsed = Math.max(0, failures.filter((each) => each === category).length - 1);
        if (used < max) return ownUsed + max - used;
        // Below zero is spent; zero would say that the category is never tried again.
        return max === 0 ? 0 : -1;
      },
    };
    return [category, rule];
  });
  return Object.fromEntries(rules) as Partial<Record<Category, RetryRule>>;
}

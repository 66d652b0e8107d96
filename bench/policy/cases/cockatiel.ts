import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { noop, reset, swallowing } from '../case.ts';
import type { Case } from '../case.ts';

const retrying = (): ReturnType<typeof retry> =>
  retry(handleAll, { maxAttempts: 4, backoff: new ExponentialBackoff() });
const breaking = (): ReturnType<typeof circuitBreaker> =>
  circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(5) });

/** The most complete peer. */
export const cockatiel: readonly Case[] = [
  {
    name: 'cockatiel',
    group: 'retry',
    make: async () => {
      const policy = retrying();
      return () => policy.execute(noop);
    },
  },
  {
    name: 'cockatiel, consecutive',
    group: 'breaker',
    make: async () => {
      const policy = breaking();
      return () => policy.execute(noop);
    },
  },
  {
    name: 'cockatiel, sampling',
    group: 'breaker',
    make: async () => {
      const breaker = new SamplingBreaker({ threshold: 0.5, duration: 10_000 });
      const policy = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker });
      return () => policy.execute(noop);
    },
  },
  ...[true, false].map((abortOnReturn): Case => ({
    name: abortOnReturn ? 'cockatiel' : 'cockatiel, abortOnReturn: false',
    group: 'retry + breaker + timeout',
    make: async () => {
      const policy = wrap(
        retrying(),
        breaking(),
        timeout(30_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn }),
      );
      return () => policy.execute(noop);
    },
  })),
  {
    name: 'cockatiel',
    group: 'open circuit',
    make: async () => {
      const policy = breaking();
      for (let call = 0; call < 5; call += 1) await policy.execute(reset).catch(() => {});
      return swallowing(() => policy.execute(noop));
    },
  },
];

import { breaker, fullJitter, resilient, timeWindow } from '@holdfast/resilience';
import { noop, reset, swallowing } from '../case.ts';
import type { Case } from '../case.ts';

const retry = { network: { attempts: 4, backoff: fullJitter('1s', '5m') } };
const consecutive = (name: string): ReturnType<typeof breaker> =>
  breaker({ name, failures: 5, openMs: '1h' });

/** This product's rows. */
export const ours: readonly Case[] = [
  {
    name: 'holdfast',
    group: 'retry',
    make: async () => {
      const policy = resilient('bench', { retry });
      return () => policy.run(noop);
    },
  },
  {
    name: 'holdfast, consecutive',
    group: 'breaker',
    make: async () => {
      const policy = resilient('bench', { breaker: consecutive('bench') });
      return () => policy.run(noop);
    },
  },
  {
    name: 'holdfast, time window',
    group: 'breaker',
    make: async () => {
      const window = timeWindow({ length: '10s', failureRate: 0.5, minimum: 10 });
      const policy = resilient('bench', { breaker: breaker({ name: 'bench', window, openMs: '1h' }) });
      return () => policy.run(noop);
    },
  },
  {
    name: 'holdfast',
    group: 'retry + breaker + timeout',
    make: async () => {
      const policy = resilient('bench', { retry, breaker: consecutive('bench'), attemptTimeout: '30s' });
      return () => policy.run(noop);
    },
  },
  {
    name: 'holdfast, signal read',
    group: 'retry + breaker + timeout',
    make: async () => {
      const policy = resilient('bench', { retry, breaker: consecutive('bench'), attemptTimeout: '30s' });
      return () => policy.run(async ({ signal }) => signal.aborted);
    },
  },
  {
    name: 'holdfast',
    group: 'open circuit',
    make: async () => {
      const policy = resilient('bench', { breaker: consecutive('bench') });
      for (let call = 0; call < 5; call += 1) await policy.run(reset).catch(() => {});
      return swallowing(() => policy.run(noop));
    },
  },
];

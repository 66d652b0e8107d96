import * as Effect from 'effect/Effect';
import * as Schedule from 'effect/Schedule';
import CircuitBreaker from 'opossum';
import pRetry from 'p-retry';
import { noop, reset, swallowing } from '../case.ts';
import type { Case } from '../case.ts';

const options = { resetTimeout: 3_600_000, volumeThreshold: 5 };

const effectful = Effect.promise(noop);

/** Peers that do one part each, and effect. */
export const others: readonly Case[] = [
  { name: 'p-retry', group: 'retry', make: async () => () => pRetry(noop, { retries: 4 }) },
  {
    name: 'effect',
    group: 'retry',
    make: async () => {
      const program = Effect.retry(effectful, Schedule.recurs(4));
      return () => Effect.runPromise(program);
    },
  },
  {
    name: 'opossum',
    group: 'breaker',
    make: async () => {
      const breaker = new CircuitBreaker(noop, { ...options, timeout: false });
      return () => breaker.fire();
    },
  },
  {
    name: 'p-retry + opossum',
    group: 'retry + breaker + timeout',
    make: async () => {
      const breaker = new CircuitBreaker(noop, { ...options, timeout: 30_000 });
      return () => pRetry(() => breaker.fire(), { retries: 4 });
    },
  },
  {
    name: 'effect, no breaker',
    group: 'retry + breaker + timeout',
    make: async () => {
      const program = Effect.retry(Effect.timeout(effectful, 30_000), Schedule.recurs(4));
      return () => Effect.runPromise(program);
    },
  },
  {
    name: 'opossum',
    group: 'open circuit',
    make: async () => {
      let fails = true;
      const breaker = new CircuitBreaker(() => (fails ? reset() : noop()), { ...options, timeout: false });
      for (let call = 0; call < 6; call += 1) await breaker.fire().catch(() => {});
      fails = false;
      return swallowing(() => breaker.fire());
    },
  },
];

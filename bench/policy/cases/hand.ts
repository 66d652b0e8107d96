import { noop } from '../case.ts';
import type { Case } from '../case.ts';

/** What a careful person writes without any library. */
export const hand: readonly Case[] = [
  { name: 'bare await', group: 'retry', make: async () => noop },
  { name: 'hand-written loop', group: 'retry', make: async () => () => retrying(noop) },
  {
    name: 'hand-written, one timer a call',
    group: 'retry + breaker + timeout',
    make: async () => {
      const breaker = { failures: 0 };
      return () => retrying(() => guarded(breaker, noop));
    },
  },
];

async function retrying<T>(fn: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fn();
    } catch (error) {
      if (attempt === 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000 * 2 ** attempt));
    }
  }
}

async function guarded<T>(breaker: { failures: number }, fn: () => Promise<T>): Promise<T> {
  if (breaker.failures >= 5) throw new Error('open');
  try {
    const value = await limited(fn);
    breaker.failures = 0;
    return value;
  } catch (error) {
    breaker.failures += 1;
    throw error;
  }
}

function limited<T>(fn: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
    reject(new Error('timeout'));
  }, 30_000);
  fn().then(
    (value) => {
      clearTimeout(timer);
      resolve(value);
    },
    (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    },
  );
  return promise;
}

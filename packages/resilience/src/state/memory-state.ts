import { KeyedMutex } from './keyed-mutex.ts';
import { HeldLocks } from './held-locks.ts';
import type { JsonValue, LockOptions, Release, StateStore } from './state-store.ts';

/**
 * State that lives as long as the process. Two stores over the same `values` share what is remembered but
 * not their locks, as two runs of a program share a file: tests of crashes use that.
 */
export function memoryState(values: Map<string, string> = new Map<string, string>()): StateStore {
  const mutex = new KeyedMutex();
  const held = new HeldLocks();
  const read = (key: string): JsonValue | undefined => {
    const text = values.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  };
  return {
    get: async (key) => read(key),
    update: async (key, change) => {
      const current = read(key);
      const next = change(current);
      if (next === undefined) values.delete(key);
      else if (next !== current) values.set(key, JSON.stringify(next));
      return next;
    },
    lock: async (key: string, options: LockOptions = {}): Promise<Release> => {
      const release = await mutex.acquire(key, options.signal);
      return held.add(async () => release());
    },
    close: () => held.releaseAll(),
  };
}

import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Coalescer } from './coalesce.ts';
import { watch } from '../testing/policy-setup.ts';

/** Executions that the test settles. */
function executions() {
  const all: { signal: AbortSignal; answer: (value: unknown) => void; fail: (error: unknown) => void }[] = [];
  const start = (signal: AbortSignal): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    all.push({ signal, answer: resolve, fail: reject });
    return promise;
  };
  return { all, start };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('calls with the same key', () => {
  test('share one execution and its value, and a later call starts anew', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    expect(coalescer.has('a')).toBe(false);
    const calls = [1, 2, 3].map(() => watch(coalescer.run('a', start)));
    expect([all.length, coalescer.size]).toEqual([1, 1]);
    expect([coalescer.has('a'), coalescer.has('b')]).toEqual([true, false]);
    const value = { shared: true };
    all[0]?.answer(value);
    await settle();
    for (const call of calls) expect(call.value).toBe(value);
    expect(coalescer.size).toBe(0);
    void watch(coalescer.run('a', start));
    expect(all).toHaveLength(2);
  });

  test('share one error, by identity', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const calls = [1, 2].map(() => watch(coalescer.run('a', start)));
    const error = new Error('shared');
    all[0]?.fail(error);
    await settle();
    for (const call of calls) expect(call.error).toBe(error);
    expect(coalescer.size).toBe(0);
  });

  test('of different keys do not meet; keys are compared by identity', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const object = {};
    for (const key of ['a', 'b', object, {}, object]) void watch(coalescer.run(key, start));
    expect([all.length, coalescer.size]).toEqual([4, 4]);
  });

  test('find the key free as soon as the execution has settled', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const again: number[] = [];
    const first = coalescer.run('a', start).then(() => {
      void watch(coalescer.run('a', start));
      again.push(all.length);
    });
    all[0]?.answer(1);
    await first;
    expect(again).toEqual([2]);
  });

  test('that fails on the spot rejects its caller, and frees the key', async () => {
    const coalescer = new Coalescer();
    const error = new Error('at once');
    const run = coalescer.run('a', () => {
      throw error;
    });
    await expect(run).rejects.toBe(error);
    expect(coalescer.size).toBe(0);
  });
});

describe('a caller that aborts', () => {
  test('is rejected at once with its own reason, and the others are not disturbed', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = watch(coalescer.run('a', start, one.signal));
    const second = watch(coalescer.run('a', start, two.signal));
    const third = watch(coalescer.run('a', start));
    const reason = { enough: true };
    one.abort(reason);
    await first.promise;
    expect(first.error).toBe(reason);
    expect([all[0]?.signal.aborted, second.settled, third.settled]).toEqual([false, false, false]);
    void watch(coalescer.run('a', start));
    expect(all).toHaveLength(1);
    all[0]?.answer('whole');
    await settle();
    expect([second.value, third.value]).toEqual(['whole', 'whole']);
  });

  test('ends the execution when it is the last, with its reason, and frees the key at once', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => watch(coalescer.run('a', start, signal)));
    controllers[1]?.abort('second');
    expect(all[0]?.signal.aborted).toBe(false);
    controllers[0]?.abort('first');
    expect([all[0]?.signal.reason, coalescer.size]).toEqual(['first', 0]);
    const next = watch(coalescer.run('a', start));
    expect([all.length, all[1]?.signal.aborted]).toEqual([2, false]);
    // What the abandoned execution does later touches neither its key nor anybody.
    all[0]?.fail(new Error('late'));
    await settle();
    expect(calls.map((call) => call.error)).toEqual(['first', 'second']);
    expect([coalescer.size, next.settled]).toEqual([1, false]);
    all[1]?.answer('next');
    await settle();
    expect(next.value).toBe('next');
  });

  test('after the settling, before it is told, has its own reason', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const controller = new AbortController();
    const run = watch(coalescer.run('a', start, controller.signal));
    all[0]?.answer('late');
    controller.abort('mine');
    await settle();
    expect(run.error).toBe('mine');
  });

  test('beforehand starts nothing and joins nothing', async () => {
    const coalescer = new Coalescer();
    const { all, start } = executions();
    const signal = AbortSignal.abort('before');
    await expect(coalescer.run('a', start, signal)).rejects.toBe('before');
    expect([all.length, coalescer.size]).toEqual([0, 0]);
  });
});

test('a value that nobody waits for any more is told once; one that somebody takes is not', async () => {
  const unclaimed: unknown[] = [];
  const coalescer = new Coalescer({ onUnclaimed: (value) => unclaimed.push(value) });
  const { all, start } = executions();
  const controller = new AbortController();
  void watch(coalescer.run('a', start, controller.signal));
  controller.abort();
  all[0]?.answer('lost');
  void watch(coalescer.run('a', start));
  all[1]?.answer('taken');
  await settle();
  expect(unclaimed).toEqual(['lost']);
});

test('no listener stays on the signals of callers, however it ends', async () => {
  const coalescer = new Coalescer();
  const { all, start } = executions();
  const controllers = Array.from({ length: 4 }, () => new AbortController());
  const join = (n: number, key: string): void =>
    void watch(coalescer.run(key, start, controllers[n]?.signal));
  const counts = (): number[] => controllers.map(({ signal }) => getEventListeners(signal, 'abort').length);
  join(0, 'a');
  join(1, 'a');
  join(2, 'b');
  join(3, 'b');
  expect(counts()).toEqual([1, 1, 1, 1]);
  controllers[3]?.abort();
  all[0]?.answer(1);
  all[1]?.fail(new Error('b'));
  await settle();
  expect(counts()).toEqual([0, 0, 0, 0]);
});

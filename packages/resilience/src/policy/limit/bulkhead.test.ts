import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidOptionError } from '../../errors.ts';
import { isVerdict } from '../../classify/verdict.ts';
import { bulkhead } from './bulkhead.ts';
import { BulkheadFullError } from './bulkhead-full-error.ts';
import type { ConcurrencyLimit, Slot } from './concurrency-limit.ts';

/** A slot that must be there at once. */
function at(limit: ConcurrencyLimit, signal?: AbortSignal): Slot {
  const slot = limit.acquire(signal);
  if (slot instanceof Promise) throw new Error('has to wait');
  return slot;
}

/** A slot that must be waited for. */
function later(limit: ConcurrencyLimit, signal?: AbortSignal): Promise<Slot> {
  const slot = limit.acquire(signal);
  if (!(slot instanceof Promise)) throw new Error('need not wait');
  return slot;
}

const thrown = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return error;
  }
};

describe('a bulkhead', () => {
  test('gives so many places at once, synchronously, and refuses the next without a queue', () => {
    const limit = bulkhead({ concurrent: 2 });
    const first = at(limit);
    at(limit);
    expect(limit.snapshot()).toEqual({ limit: 2, running: 2, queued: 0, abandoned: 0 });
    expect(() => limit.acquire()).toThrow(BulkheadFullError);
    first.release('success', 1);
    expect(limit.snapshot().running).toBe(1);
    at(limit);
    expect(limit.kind).toBe('bulkhead');
  });

  test('the refusal says who is full, has no stack, is ours and may be repeated', () => {
    const limit = bulkhead({ concurrent: 1, queue: 1, name: 'db' });
    at(limit);
    void later(limit);
    const before = Error.stackTraceLimit;
    const error = thrown(() => limit.acquire()) as BulkheadFullError;
    expect(Error.stackTraceLimit).toBe(before);
    expect(error).toMatchObject({
      name: 'BulkheadFullError',
      code: 'ERR_BULKHEAD_FULL',
      message: 'The bulkhead db is full: 1 may run at once and 1 wait.',
      limit: 1,
      queued: 1,
      verdict: {
        category: 'local',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_BULKHEAD_FULL',
      },
    });
    expect(isVerdict(error.verdict)).toBe(true);
    expect(error.hint).not.toBe('');
    expect(error.stack).not.toContain('\n');
    expect(limit.name).toBe('db');
    const nameless = bulkhead({ concurrent: 1 });
    at(nameless);
    expect(nameless).not.toHaveProperty('name');
    expect(() => nameless.acquire()).toThrow('The bulkhead is full: 1 may run at once and 0 wait.');
  });

  test('who waits is let in in the order of asking', async () => {
    const limit = bulkhead({ concurrent: 1, queue: Number.POSITIVE_INFINITY });
    const holder = at(limit);
    const order: string[] = [];
    const a = later(limit).then((slot) => {
      order.push('a');
      slot.release('success', 1);
    });
    const b = later(limit).then(() => order.push('b'));
    expect(limit.snapshot().queued).toBe(2);
    holder.release('success', 1);
    await Promise.all([a, b]);
    expect(order).toEqual(['a', 'b']);
    expect(limit.snapshot()).toEqual({ limit: 1, running: 1, queued: 0, abandoned: 0 });
  });

  test('nobody overtakes those who wait: a place that becomes free is theirs in the same moment', () => {
    const limit = bulkhead({ concurrent: 1, queue: 1 });
    const holder = at(limit);
    void later(limit);
    holder.release('none', 0);
    expect(limit.snapshot()).toMatchObject({ running: 1, queued: 0 });
    void later(limit);
  });

  test('a release counts once, and an old one does not free the place of somebody else', () => {
    const limit = bulkhead({ concurrent: 2 });
    const old = at(limit);
    old.release('success', 1);
    at(limit);
    at(limit);
    old.release('success', 1);
    old.abandon();
    expect(limit.snapshot()).toEqual({ limit: 2, running: 2, queued: 0, abandoned: 0 });
  });

  test('an abandoned call keeps its place until it ends, and is counted once', () => {
    const limit = bulkhead({ concurrent: 1 });
    const slot = at(limit);
    slot.abandon();
    slot.abandon();
    expect(limit.snapshot()).toMatchObject({ running: 1, abandoned: 1 });
    expect(() => limit.acquire()).toThrow(BulkheadFullError);
    slot.release('failure', 5);
    slot.release('failure', 5);
    expect(limit.snapshot()).toMatchObject({ running: 0, abandoned: 0 });
  });
});

describe('an abort', () => {
  test('before asking throws its reason and takes nothing, free or not', () => {
    const limit = bulkhead({ concurrent: 1, queue: 1 });
    const reason = { why: 'user' };
    expect(thrown(() => limit.acquire(AbortSignal.abort(reason)))).toBe(reason);
    expect(limit.snapshot()).toMatchObject({ running: 0, queued: 0 });
  });

  test('in the queue rejects with its reason, leaves the queue and no listener', async () => {
    const limit = bulkhead({ concurrent: 1, queue: 2 });
    const holder = at(limit);
    const controller = new AbortController();
    const reason = { why: 'user' };
    const waiting = later(limit, controller.signal);
    const next = later(limit);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(limit.snapshot().queued).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    holder.release('success', 1);
    await next;
  });

  test('a waiter that was let in leaves no listener, and a later abort takes nothing from it', async () => {
    const limit = bulkhead({ concurrent: 1, queue: 1 });
    const holder = at(limit);
    const controller = new AbortController();
    const waiting = later(limit, controller.signal);
    holder.release('success', 1);
    controller.abort();
    const slot = await waiting;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(limit.snapshot().running).toBe(1);
    slot.release('none', 0);
    expect(limit.snapshot().running).toBe(0);
  });
});

test.each([
  [{ concurrent: 0 }, 'concurrency.concurrent'],
  [{ concurrent: 1.5 }, 'concurrency.concurrent'],
  [{ concurrent: Number.NaN }, 'concurrency.concurrent'],
  [{ concurrent: Number.POSITIVE_INFINITY }, 'concurrency.concurrent'],
  [{ concurrent: 1, queue: -1 }, 'concurrency.queue'],
  [{ concurrent: 1, queue: 0.5 }, 'concurrency.queue'],
  [{ concurrent: 1, queue: Number.NaN }, 'concurrency.queue'],
])('%j names %s', (options, field) => {
  const error = thrown(() => bulkhead(options));
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ field });
});

test('no sequence of calls gets more places than there are, loses one or lets somebody overtake', async () => {
  const step = fc.tuple(fc.constantFrom('acquire', 'release', 'abandon', 'abort'), fc.nat(7));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(3),
      fc.array(step, { maxLength: 40 }),
      async (concurrent, queue, steps) => {
        const limit = bulkhead({ concurrent, queue });
        const held = new Map<number, Slot>();
        const abandoned = new Set<number>();
        const controllers = new Map<number, AbortController>();
        let waiting: number[] = [];
        let asked = 0;
        const admitted: number[] = [];
        for (const [what, pick] of steps) {
          const someone = [...held.keys()][pick % Math.max(1, held.size)];
          if (what === 'acquire') {
            const id = (asked += 1);
            const controller = new AbortController();
            if (held.size < concurrent) held.set(id, at(limit, controller.signal));
            else if (waiting.length >= queue) expect(() => limit.acquire()).toThrow(BulkheadFullError);
            else {
              waiting.push(id);
              controllers.set(id, controller);
              later(limit, controller.signal).then(
                (slot) => {
                  admitted.push(id);
                  held.set(id, slot);
                },
                () => {},
              );
            }
          } else if (what === 'abort') {
            const id = waiting[pick % Math.max(1, waiting.length)];
            if (id === undefined) continue;
            waiting = waiting.filter((other) => other !== id);
            controllers.get(id)?.abort();
          } else if (someone !== undefined) {
            const slot = held.get(someone);
            if (what === 'abandon') {
              slot?.abandon();
              abandoned.add(someone);
            } else {
              held.delete(someone);
              abandoned.delete(someone);
              slot?.release('success', 1);
              slot?.release('failure', 1);
              const expected = waiting.shift();
              await Promise.resolve();
              await Promise.resolve();
              if (expected !== undefined) expect(admitted.at(-1)).toBe(expected);
            }
          }
          expect(limit.snapshot()).toEqual({
            limit: concurrent,
            running: held.size,
            queued: waiting.length,
            abandoned: abandoned.size,
          });
        }
      },
    ),
    { numRuns: 100 },
  );
});

import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { watch } from '../testing/policy-setup.ts';
import { waitFor } from './wait.ts';
import type { Wait, WaitKind, WaitTools } from './wait.ts';

function begin(kind: WaitKind, ms: number, more: Partial<WaitTools> = {}) {
  const clock = new VirtualClock();
  const told: Wait[] = [];
  const waited = watch(
    waitFor(ms, { kind, attempt: 2 }, { clock, onWait: (wait) => void told.push(wait), ...more }),
  );
  const [wait] = told;
  return { clock, waited, wait };
}

describe('end()', () => {
  test.each<[WaitKind, boolean]>([
    ['backoff', true],
    ['circuit', true],
    ['budget', true],
    ['cooldown', true],
    ['offline', true],
    ['retry-after', false],
    ['interval', false],
    ['turn', false],
    ['rate', false],
    ['queue', false],
  ])('of a wait of kind %s: %s', async (kind, isOurs) => {
    const { clock, waited, wait } = begin(kind, 1_000);
    expect(wait?.end()).toBe(isOurs);
    expect(wait?.end()).toBe(false);
    await clock.advance(0);
    expect([waited.settled, waited.value, clock.pending]).toEqual(
      isOurs ? [true, true, 0] : [false, undefined, 1],
    );
    await clock.advance(1_000);
    expect(waited.value).toBe(isOurs);
    expect(wait?.end()).toBe(false);
  });
});

test('a wait lasts as long as it says, and tells until when', async () => {
  const { clock, waited, wait } = begin('backoff', 1_000);
  expect(wait).toEqual({
    kind: 'backoff',
    attempt: 2,
    until: clock.now() + 1_000,
    end: expect.any(Function),
    over: expect.any(Promise),
  });
  await clock.advance(999);
  expect(waited.settled).toBe(false);
  await clock.advance(1);
  expect(waited.value).toBe(false);
  await wait?.over;
});

test('one without an end does not say until when', async () => {
  const { clock, waited, wait } = begin('offline', Number.POSITIVE_INFINITY);
  expect(wait).toHaveProperty('until', undefined);
  await clock.advance(86_400_000);
  expect(waited.settled).toBe(false);
  wait?.end();
  await waited.promise;
  expect([waited.value, clock.pending]).toEqual([true, 0]);
});

test('a signal that has aborted lets no wait begin', async () => {
  const reason = new Error('enough');
  const endsBy = vi.fn<NonNullable<WaitTools['endsBy']>>();
  const { clock, waited, wait } = begin('backoff', 1_000, { signal: AbortSignal.abort(reason), endsBy });
  await waited.promise;
  expect(waited.error).toBe(reason);
  expect([wait, clock.pending, endsBy.mock.calls.length]).toEqual([undefined, 0, 0]);
});

test('a signal that aborts ends the wait with its reason, and leaves nothing behind', async () => {
  const controller = new AbortController();
  const stop = vi.fn<() => void>();
  const { clock, waited, wait } = begin('rate', 1_000, { signal: controller.signal, endsBy: () => stop });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  const reason = new Error('enough');
  controller.abort(reason);
  await waited.promise;
  await wait?.over;
  expect(waited.error).toBe(reason);
  expect([clock.pending, stop.mock.calls.length, wait?.end()]).toEqual([0, 1, false]);
});

test('a wait that is over listens to its signal no more', async () => {
  const controller = new AbortController();
  const { clock, waited } = begin('backoff', 10, { signal: controller.signal });
  await clock.advance(10);
  expect([waited.value, getEventListeners(controller.signal, 'abort').length]).toEqual([false, 0]);
});

describe('what else may end a wait', () => {
  test('ends it once, and is left then', async () => {
    const stop = vi.fn<() => void>();
    let finish = (): void => {};
    const endsBy = (end: () => void): (() => void) => ((finish = end), stop);
    const { clock, waited } = begin('offline', 1_000, { endsBy });
    expect(stop).not.toHaveBeenCalled();
    finish();
    finish();
    await waited.promise;
    expect([waited.value, clock.pending, stop.mock.calls.length]).toEqual([false, 0, 1]);
  });

  test('is left when the time is over', async () => {
    const stop = vi.fn<() => void>();
    const { clock, waited } = begin('offline', 1_000, { endsBy: () => stop });
    await clock.advance(1_000);
    expect([waited.value, stop.mock.calls.length]).toEqual([false, 1]);
  });

  test('may end it at once, and is left at once', async () => {
    const stop = vi.fn<() => void>();
    const endsBy = (end: () => void): (() => void) => (end(), stop);
    const { clock, waited } = begin('offline', 1_000, { endsBy });
    expect([clock.pending, stop.mock.calls.length]).toEqual([0, 1]);
    await waited.promise;
    expect(waited.value).toBe(false);
  });

  test('is not asked when whoever was told ended it', async () => {
    const endsBy = vi.fn<NonNullable<WaitTools['endsBy']>>();
    const onWait = (wait: Wait): void => void wait.end();
    const { waited } = begin('backoff', 1_000, { endsBy, onWait });
    await waited.promise;
    expect([waited.value, endsBy.mock.calls.length]).toEqual([true, 0]);
  });
});

test('nobody has to be told', async () => {
  const clock = new VirtualClock();
  const waited = watch(waitFor(5, { kind: 'backoff', attempt: 1 }, { clock }));
  await clock.advance(4);
  expect(waited.settled).toBe(false);
  await clock.advance(1);
  expect(waited.value).toBe(false);
});

import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { constant } from '../backoff/backoff.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { setup, RESET, stuck, watch } from '../testing/policy-setup.ts';
import { listen, unlisten } from './abort-relay.ts';

function scene() {
  const controller = new AbortController();
  const { signal } = controller;
  const told: string[] = [];
  const member = (name: string, also?: () => void) => ({
    onAborted: (): void => {
      told.push(name);
      also?.();
    },
  });
  const listeners = (): number => getEventListeners(signal, 'abort').length;
  return { controller, signal, told, member, listeners };
}

test('all members are told once, in the order in which they came, by one listener', () => {
  const { controller, signal, told, member, listeners } = scene();
  for (const name of ['a', 'b', 'c']) listen(signal, member(name));
  expect(listeners()).toBe(1);
  controller.abort();
  expect(told).toEqual(['a', 'b', 'c']);
  expect(listeners()).toBe(0);
});

test('who has gone is not told, and the last to go takes the listener along', () => {
  const { controller, signal, told, member, listeners } = scene();
  const [a, b] = [member('a'), member('b')];
  listen(signal, a);
  listen(signal, b);
  unlisten(signal, a);
  unlisten(signal, a);
  expect(listeners()).toBe(1);
  unlisten(signal, b);
  expect(listeners()).toBe(0);
  listen(signal, a);
  expect(listeners()).toBe(1);
  controller.abort();
  expect(told).toEqual(['a']);
  unlisten(signal, a);
  unlisten(new AbortController().signal, a);
});

test('who goes while others are told is not told any more', () => {
  const { controller, signal, told, member, listeners } = scene();
  const last = member('last');
  listen(
    signal,
    member('first', () => unlisten(signal, last)),
  );
  listen(signal, last);
  controller.abort();
  expect([told, listeners()]).toEqual([['first'], 0]);
});

test('signals do not know of each other', () => {
  const [one, other] = [scene(), scene()];
  listen(one.signal, one.member('one'));
  listen(other.signal, other.member('other'));
  one.controller.abort();
  expect([one.told, other.told]).toEqual([['one'], []]);
});

test('a thousand runs under one signal are one listener, wherever they wait, and none when they end', async () => {
  const { controller, signal, listeners } = scene();
  const inQueue = setup({ concurrency: bulkhead({ concurrent: 1, queue: Infinity }) });
  const inBackoff = setup({ retry: { network: { attempts: 1, backoff: constant('1h') } } });
  const runs = Array.from({ length: 500 }, () => [
    watch(inQueue.policy.run(stuck, { signal })),
    watch(inBackoff.policy.run(inBackoff.failing(RESET), { signal })),
  ]).flat();
  await inBackoff.clock.advance(0);
  expect(listeners()).toBe(1);
  const reason = new Error('enough');
  controller.abort(reason);
  await Promise.all(runs.map(({ promise }) => promise));
  expect(new Set(runs.map(({ error }) => error))).toEqual(new Set([reason]));
  expect([listeners(), inQueue.clock.pending, inBackoff.clock.pending]).toEqual([0, 0, 0]);
});

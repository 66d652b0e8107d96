import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { TimerOptions } from './index.ts';
import { sleepOn } from './sleep.ts';

/** A clock with one timer, which a test fires. */
function hand() {
  const log: string[] = [];
  let fire = (): void => undefined;
  const clock = {
    timer: (ms: number, callback: () => void, options?: TimerOptions) => {
      log.push(`timer ${ms} ${JSON.stringify(options)}`);
      fire = callback;
      return { cancel: () => void log.push('cancel') };
    },
  };
  return { log, clock, fire: () => fire() };
}

test('a sleep is a timer that keeps the process alive unless it is told otherwise', async () => {
  const { log, clock, fire } = hand();
  const sleeping = sleepOn(clock, 5);
  expect(log).toEqual(['timer 5 {"unref":false}']);
  fire();
  expect(await sleeping).toBeUndefined();
  void sleepOn(clock, 7, { unref: true });
  expect(log).toEqual(['timer 5 {"unref":false}', 'timer 7 {"unref":true}']);
});

test('one that ends leaves no listener, and an abort afterwards changes nothing', async () => {
  const { log, clock, fire } = hand();
  const controller = new AbortController();
  const sleeping = sleepOn(clock, 5, { signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  fire();
  await sleeping;
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  controller.abort();
  expect(log).toEqual(['timer 5 {"unref":false}']);
});

test('one that is aborted cancels its timer, leaves no listener and rejects with the reason', async () => {
  const { log, clock } = hand();
  const controller = new AbortController();
  const sleeping = sleepOn(clock, 5, { signal: controller.signal });
  const reason = { why: 'enough' };
  controller.abort(reason);
  expect(log.at(-1)).toBe('cancel');
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  await expect(sleeping).rejects.toBe(reason);
});

test('one that is aborted already sets no timer', async () => {
  const { log, clock } = hand();
  const signal = AbortSignal.abort('before');
  await expect(sleepOn(clock, 5, { signal })).rejects.toBe('before');
  expect([log, getEventListeners(signal, 'abort')]).toEqual([[], []]);
});

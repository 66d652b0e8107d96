import { channel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from 'vitest';
import { CHANNEL, isHeard, publish, tell } from './publish.ts';

const all = channel(CHANNEL);
const heard: unknown[] = [];
const hear = (message: unknown): void => void heard.push(message);

afterEach(() => {
  all.unsubscribe(hear);
  heard.length = 0;
});

describe('whether anybody hears', () => {
  test('nobody does without a listener or a subscriber', () => expect(isHeard(undefined)).toBe(false));
  test('a listener does', () => expect(isHeard(() => {})).toBe(true));
  test('a subscriber does, until it leaves', () => {
    all.subscribe(hear);
    expect(isHeard(undefined)).toBe(true);
    all.unsubscribe(hear);
    expect(isHeard(undefined)).toBe(false);
  });
});

test("a part's own listener is told first, then the channel, of the same object", () => {
  const event = { type: 'x' };
  all.subscribe(hear);
  publish('tree', event, (told) => void heard.push(told));
  expect(heard).toEqual([event, { layer: 'tree', event }]);
  expect(heard[0]).toBe(event);
  expect((heard[1] as { event: unknown }).event).toBe(event);
});

test('a listener that throws costs the channel nothing, and becomes a warning', async () => {
  const warned = Promise.withResolvers<Error>();
  process.once('warning', warned.resolve);
  all.subscribe(hear);
  publish('policy', { type: 'x' }, () => {
    throw new Error('bad listener');
  });
  expect(heard).toHaveLength(1);
  expect((await warned.promise).message).toBe('bad listener');
});

test('without a subscriber the channel is given nothing', () => {
  const told: unknown[] = [];
  publish('policy', { type: 'x' }, (event) => void told.push(event));
  expect([told.length, heard.length]).toEqual([1, 0]);
});

test('an event that nobody would hear is not built', () => {
  let built = 0;
  const build = (): object => ({ type: 'x', count: (built += 1) });
  tell('session', undefined, build);
  expect(built).toBe(0);
  tell('session', (event) => void heard.push(event), build);
  expect([built, heard]).toEqual([1, [{ type: 'x', count: 1 }]]);
  all.subscribe(hear);
  tell('session', undefined, build);
  expect([built, heard.at(-1)]).toEqual([2, { layer: 'session', event: { type: 'x', count: 2 } }]);
});

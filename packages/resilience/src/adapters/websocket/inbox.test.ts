import { expect, test } from 'vitest';
import { Inbox } from './inbox.ts';

const ample = { messages: 100, bytes: 1_000 };

test('messages come out in order, to those who wait in order', async () => {
  const inbox = new Inbox(ample);
  inbox.put('a');
  const [first, second] = [inbox.take(), inbox.take()];
  const third = inbox.take();
  inbox.put('b');
  inbox.put('c');
  expect(await Promise.all([first, second, third])).toEqual(['a', 'b', 'c']);
});

test('a message goes to nobody who has stopped waiting', async () => {
  const inbox = new Inbox(ample);
  const abort = new AbortController();
  const given = inbox.take(abort.signal);
  const next = inbox.take();
  abort.abort(new Error('enough'));
  inbox.put('a');
  await expect(given).rejects.toBe(abort.signal.reason);
  expect(await next).toBe('a');
  await expect(inbox.take(abort.signal)).rejects.toBe(abort.signal.reason);
});

test.each([
  ['messages', { messages: 2, bytes: 1_000 }, ['a', 'b', 'c']],
  ['characters', { messages: 100, bytes: 4 }, ['aa', 'bb', 'c']],
  ['bytes', { messages: 100, bytes: 4 }, [Buffer.alloc(2), new ArrayBuffer(2), new Blob(['c'])]],
  ['fragments', { messages: 100, bytes: 4 }, [[Buffer.alloc(1), Buffer.alloc(1)], [Buffer.alloc(2)], 'c']],
])('a full inbox says so, by %s, and takes more once there is room', async (_what, limits, messages) => {
  const inbox = new Inbox(limits);
  expect(messages.map((message) => inbox.put(message))).toEqual([true, true, false]);
  expect(await inbox.take()).toEqual(messages[0]);
  expect(inbox.put(messages[2])).toBe(true);
});

test('what is left is taken after the end, then the end is told', async () => {
  const inbox = new Inbox(ample);
  inbox.put('a');
  const end = new Error('over');
  inbox.end(end);
  inbox.end(new Error('later'));
  expect(await inbox.take()).toBe('a');
  await expect(inbox.take()).rejects.toBe(end);
});

test('who waits is told of the end', async () => {
  const inbox = new Inbox(ample);
  const waiting = [inbox.take(), inbox.take()];
  const end = new Error('over');
  inbox.end(end);
  for (const one of waiting) await expect(one).rejects.toBe(end);
});

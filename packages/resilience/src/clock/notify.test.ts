import { afterEach, expect, test, vi } from 'vitest';
import { notify, warnOf } from './notify.ts';

afterEach(() => void vi.restoreAllMocks());

test('a listener is given the message; what it throws becomes a process warning', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const heard: unknown[] = [];
  notify((message) => heard.push(message), { a: 1 });
  expect([heard, warn.mock.calls]).toEqual([[{ a: 1 }], []]);
  const error = new TypeError('bad listener');
  notify(() => {
    throw error;
  }, 1);
  expect(warn.mock.calls).toEqual([[error]]);
  expect(warn.mock.calls[0]?.[0]).toBe(error);
});

test('what was thrown and is no error is told as text', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  warnOf('just text');
  warnOf(undefined);
  expect(warn.mock.calls.map(([defect]) => String(defect))).toEqual(['Error: just text', 'Error: undefined']);
});

test('a listener that is asynchronous and fails is a warning, not an unhandled rejection', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const error = new Error('failed later');
  notify(() => Promise.reject(error), 1);
  notify(() => Promise.resolve(), 2);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(warn.mock.calls).toEqual([[error]]);
});

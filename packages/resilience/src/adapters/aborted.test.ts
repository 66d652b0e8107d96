import { expect, test } from 'vitest';
import { aborted } from './aborted.ts';

test('a signal that has aborted already is waited for no longer', async () => {
  await expect(aborted(AbortSignal.abort())).resolves.toBeUndefined();
});

test('a signal is waited for until it aborts', async () => {
  const controller = new AbortController();
  let over = false;
  const waiting = aborted(controller.signal).then(() => (over = true));
  await Promise.resolve();
  expect(over).toBe(false);
  controller.abort();
  await waiting;
  expect(over).toBe(true);
});

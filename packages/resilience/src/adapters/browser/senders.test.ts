import { expect, test } from 'vitest';
import { loginVerdict } from './browser-auth.ts';
import { Senders } from './senders.ts';

const auth = { expiredAt: (url: string): boolean => url.endsWith('/login') };

test('a page that only asked and ends on the login may ask again', () => {
  const senders = new Senders<object>();
  const page = {};
  senders.note(page, 'GET');
  expect(loginVerdict('http://x/login', auth, senders.take(page))?.safeToReplay).toBe('yes');
});

test('a page that sent a form and ends on the login may have been heard; only that call is in doubt', () => {
  const senders = new Senders<object>();
  const page = {};
  senders.note(page, 'POST');
  senders.note({}, 'GET');
  expect(loginVerdict('http://x/login', auth, senders.take(page))?.safeToReplay).toBe('unknown');
  expect(loginVerdict('http://x/login', auth, senders.take(page))?.safeToReplay).toBe('yes');
});

test('a page elsewhere is not logged out, whatever it sent', () => {
  expect(loginVerdict('http://x/sent', auth, true)).toBeUndefined();
});

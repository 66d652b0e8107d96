import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import { waitAfter } from './failure-wait.ts';

const { signal } = new AbortController();
const tools = { clock: new VirtualClock(), random: seededRandom(1), offline: false };
const coded = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  'ERR_STORE_CORRUPT',
  'ERR_STORE_SQLITE',
  'ERR_STORE_DEFECT',
  'ERR_STORE_ENDED',
  'ERR_STORE_LOCKED',
])('%s is no outage of an upstream and does not pass by waiting: it ends the engine', (code) => {
  const error = new HoldfastError(code, 'The store failed.');
  expect(() => waitAfter(error, 1, tools, signal)).toThrow(error);
});

test.each([
  ['ECONNRESET', 'backoff'],
  ['ENOTFOUND', 'offline'],
  ['ENOSPC', 'disk'],
  // Somebody took the window over: it is claimed again.
  ['ERR_STORE_FENCED', 'backoff'],
])('%s is waited for: %s', (code, why) => {
  expect(waitAfter(coded(code), 3, tools, signal)).toMatchObject({ notice: { why, error: { code } } });
});

import { expect, test } from 'vitest';
import { PRIVATE_EXIT } from '../model/engine-message.ts';
import { exitCodeOf } from './exit-code-of.ts';

test.each([
  ['ERR_STORE_LOCKED', 'locked'],
  ['ERR_CONFIG_INVALID', 'configuration'],
  ['ERR_CONTACT', 'configuration'],
  ['ERR_STORE_NEWER', 'configuration'],
  ['ERR_STORE_CORRUPT', 'damaged'],
  ['ERR_STOPPED', 'done'],
  ['EIO', 'temporary'],
] as const)('an engine that ends by %s tells its supervisor: %s', (code, how) => {
  expect(exitCodeOf(Object.assign(new Error('why'), { code }))).toBe(PRIVATE_EXIT[how]);
});

test('an error without a code may pass', () => {
  expect(exitCodeOf(null)).toBe(PRIVATE_EXIT.temporary);
  expect(exitCodeOf(new TypeError('x'))).toBe(PRIVATE_EXIT.temporary);
});

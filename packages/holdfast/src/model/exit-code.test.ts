import { describe, expect, it } from 'vitest';
import { combineExitCodes, exitCodeOf } from './exit-code.ts';

describe('several exit codes at once', () => {
  const order = [130, 78, 75, 5, 3, 69, 4, 0];
  const pairs = order.flatMap((high, index) => order.slice(index + 1).map((low) => [high, low] as const));

  it.each(pairs)('%i is told before %i, in whichever order they come', (high, low) => {
    expect(combineExitCodes([high, low])).toBe(high);
    expect(combineExitCodes([low, high])).toBe(high);
  });

  it('are 0 when there is none, and an unranked one is never hidden', () => {
    expect(combineExitCodes([])).toBe(0);
    expect(combineExitCodes([4, 1, 130])).toBe(1);
  });
});

it.each([
  ['ERR_CONFIG_FLOOR', 78],
  ['ERR_STORE_LOCKED', 75],
  ['ERR_USAGE', 2],
  ['ERR_STORE_NEWER', 78],
  ['ERR_CONTACT', 78],
  ['ERR_STORE_OLDER', 1],
])('%s exits with %i', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});

import { describe, expect, it } from 'vitest';
import { awaitedReason, isAwaited, lastWorkday } from './staleness.ts';

describe('a working day', () => {
  it.each([
    ['2026-10-16', '2026-10-16'],
    ['2026-10-17', '2026-10-16'],
    ['2026-10-18', '2026-10-16'],
    ['2026-10-19', '2026-10-19'],
    ['2026-12-27', '2026-12-23'],
    ['2027-01-03', '2026-12-30'],
  ])('at or before %s is %s', (day, expected) => {
    expect(lastWorkday(day)).toBe(expected);
  });
});

describe('what is awaited', () => {
  it('is told from what is late', () => {
    const reason = awaitedReason('2026-10-19', '2026-10-16');
    expect(isAwaited({ state: 'stale', reason })).toBe(true);
    expect(isAwaited({ state: 'ok', reason })).toBe(false);
    expect(isAwaited({ state: 'stale', reason: 'nothing newer than 2026-10-16' })).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { addDays, dayOf, startOf } from './day.ts';

const DAY_MS = 86_400_000;

test('an instant lies in the day of its calendar, first and last millisecond, before and after the epoch', () => {
  for (const day of ['1969-12-31', '1970-01-01', '2000-02-29', '2026-05-17']) {
    expect([dayOf(startOf(day)), dayOf(startOf(day) + DAY_MS - 1)]).toEqual([day, day]);
    expect(dayOf(startOf(day) + 0.5)).toBe(day);
  }
});

test('more days than are remembered are told right, forwards and backwards', () => {
  const days = Array.from({ length: 500 }, (_, i) => addDays('2025-12-01', i));
  for (const [i, day] of days.entries()) expect(dayOf(startOf('2025-12-01') + i * DAY_MS)).toBe(day);
  for (const day of days.toReversed()) expect(dayOf(startOf(day))).toBe(day);
  expect(days[90]).toBe('2026-03-01');
});

test('what is no instant is refused each time', () => {
  expect(() => dayOf(Number.NaN)).toThrow(RangeError);
  expect(() => dayOf(Number.NaN)).toThrow(RangeError);
});

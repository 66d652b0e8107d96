import { describe, expect, it } from 'vitest';
import { addDays, weekdayOf } from '../../model/day.ts';
import { arxivPoll, hasAnnouncement, updateOf } from './calendar.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);
const HOUR = 3_600_000;

/** What the time-zone database says the clock shows in New York. */
function newYork(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/New_York',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(ms);
}

describe("arXiv's calendar", () => {
  it('expects the update at 22:30 of New York on every day of several years', () => {
    for (let day = '2024-01-01'; day < '2028-01-01'; day = addDays(day, 1)) {
      expect(newYork(updateOf(day))).toBe(`${day} 22:30`);
    }
  });

  it('announces Sunday to Thursday, save on holidays', () => {
    expect(
      ['2026-09-04', '2026-09-05', '2026-09-06', '2026-09-07', '2026-09-08'].map(hasAnnouncement),
    ).toStrictEqual([false, false, true, false, true]);
    expect(hasAnnouncement('2026-11-26')).toBe(false);
    expect(hasAnnouncement('2027-12-25')).toBe(false);
  });

  it('polls soon after each update and once more a day, never more often', () => {
    const poll = arxivPoll();
    let now = at('2026-01-01T00:00:00Z');
    const polls: number[] = [];
    while (now < at('2027-01-01T00:00:00Z')) polls.push((now = poll.next(now)));
    for (let day = '2026-01-05'; day < '2026-12-01'; day = addDays(day, 1)) {
      const mine = polls.filter((ms) => iso(ms).startsWith(day));
      expect(mine.length, day).toBeLessThanOrEqual(2);
      if (hasAnnouncement(day))
        expect(
          polls.some((ms) => ms > updateOf(day) && ms < updateOf(day) + HOUR),
          day,
        ).toBe(true);
    }
    expect(Math.min(...polls.slice(1).map((ms, index) => ms - polls[index]!))).toBeGreaterThan(6 * HOUR);
  });

  it('moves on from a poll that ended exactly on its time', () => {
    const poll = arxivPoll();
    const next = poll.next(at('2026-09-01T00:00:00Z'));
    expect(poll.next(next)).toBeGreaterThan(next);
  });

  it('holds a fixed distance when one is set', () => {
    expect(arxivPoll({ every: HOUR }).next(at('2026-09-01T00:00:00Z'))).toBe(at('2026-09-01T01:00:00Z'));
  });

  it('expects nothing new over a weekend or a holiday, and the batch of a working day a day later', () => {
    const expected = (text: string) => arxivPoll().expectedDay(at(text));
    // Thursday evening's batch shows on Friday, UTC; the next one on Monday.
    expect(weekdayOf('2026-09-04')).toBe(5);
    expect(expected('2026-09-05T12:00:00Z')).toBe('2026-09-04');
    expect(expected('2026-09-06T12:00:00Z')).toBe('2026-09-04');
    expect(expected('2026-09-07T12:00:00Z')).toBe('2026-09-04');
    expect(expected('2026-09-08T12:00:00Z')).toBe('2026-09-07');
    // Monday 7 September is Labor Day: no batch shows on Tuesday.
    expect(expected('2026-09-09T12:00:00Z')).toBe('2026-09-07');
    expect(expected('2026-09-10T12:00:00Z')).toBe('2026-09-09');
    const awaited = (text: string) => arxivPoll().awaited?.(at(text)).day;
    expect(awaited('2026-09-07T04:00:00Z')).toBe('2026-09-04');
    expect(awaited('2026-09-07T04:30:00Z')).toBe('2026-09-07');
    expect(awaited('2026-09-09T02:00:00Z')).toBe('2026-09-07');
    expect(arxivPoll({ expect: 2 * HOUR }).expectedDay(at('2026-09-10T12:00:00Z'))).toBe('2026-09-10');
  });
});

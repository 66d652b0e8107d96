import { addDays, weekdayOf, type Day } from './day.ts';

const AWAITS = 'awaits ';

/**
 * What is said of a source whose upstream answers and has nothing of a day that its calendar announced: a stale batch.
 * It is not late yet, and nobody is woken.
 */
export function awaitedReason(day: Day, newest: string): string {
  return `${AWAITS}${day}: its upstream answers, and the newest day that it has is still ${newest}`;
}

/** Whether a stale source awaits a day that is due and is not late yet, by what is said of it. */
export function isAwaited({ state, reason }: { readonly state: string; readonly reason: string }): boolean {
  return state === 'stale' && reason.startsWith(AWAITS);
}

/** Days of every year on which nobody posts: New Year, Christmas. */
const HOLIDAYS: ReadonlySet<string> = new Set(['01-01', '12-24', '12-25', '12-26', '12-31']);

/** The newest working day at or before a day: no Saturday, no Sunday, no holiday of every year. */
export function lastWorkday(day: Day): Day {
  const weekday = weekdayOf(day);
  const rests = weekday === 0 || weekday === 6 || HOLIDAYS.has(day.slice(5));
  return rests ? lastWorkday(addDays(day, -1)) : day;
}

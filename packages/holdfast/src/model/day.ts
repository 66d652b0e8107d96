/** A UTC calendar day as `YYYY-MM-DD`. Days are text: comparing them as strings orders them. */
export type Day = string;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MS_PER_DAY = 86_400_000;

/** Whether the text is a day that exists in the calendar. */
export function isDay(text: string): text is Day {
  return DAY.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text;
}

/** Days that were asked for lately: nearly all instants lie in a few of them. */
const lately = new Map<number, Day>();
const LATELY = 64;

/** The UTC day that an instant (ms since the epoch) lies in. @throws RangeError when it lies outside of all calendars */
export function dayOf(ms: number): Day {
  const number = Math.floor(ms / MS_PER_DAY);
  const known = lately.get(number);
  if (known !== undefined) return known;
  const day = new Date(ms).toISOString().slice(0, 10);
  if (lately.size >= LATELY) lately.clear();
  lately.set(number, day);
  return day;
}

/** The first instant of a UTC day, in ms since the epoch. */
export function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The day `days` later (earlier when negative). */
export function addDays(day: Day, days: number): Day {
  return dayOf(startOf(day) + days * MS_PER_DAY);
}

/** How many days lie in the half-open range from `from` to `to`. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((startOf(to) - startOf(from)) / MS_PER_DAY);
}

/** The weekday, 0 = Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(startOf(day)).getUTCDay();
}

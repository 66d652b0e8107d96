import type { Day } from '../../model/day.ts';
import { addDays, dayOf, startOf, weekdayOf } from '../../model/day.ts';
import type { PollPlan } from '../port.ts';
import { pollEvery } from '../oai-pmh/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** OAI shows an announcement of 20:00 Eastern at about 22:30. */
const OAI_UPDATE = 22.5 * HOUR;
/** Polled a little later, so that the first poll usually sees all of it. */
const POLL_DELAY = 20 * MINUTE;
/** A sweep in the middle of the pause catches late announcements and the small changes of any hour. */
const SWEEP = 15 * HOUR;
/** So long after its time an update is awaited: by then it has been seen, or asked for in vain. */
const DUE = 2 * HOUR;
/** An announcement may be deferred without notice; only after this is one missing. */
const GRACE = 24 * HOUR;

/** Eastern evenings without an announcement besides Fridays and Saturdays, as arXiv publishes them by year. */
const HOLIDAYS: ReadonlySet<Day> = new Set([
  '2026-01-01',
  '2026-01-19',
  '2026-06-19',
  '2026-07-03',
  '2026-09-07',
  '2026-11-26',
  '2026-12-25',
  '2026-12-29',
  '2026-12-31',
]);
/** Kept in every year, for years whose list is not here yet. */
const YEARLY_HOLIDAYS: ReadonlySet<string> = new Set(['01-01', '06-19', '12-25', '12-31']);

/**
 * arXiv's rhythm: new papers Sunday to Thursday evening, US Eastern. Polls soon after each expected update and
 * once more a day; `every` (ms) replaces that by a fixed distance. `expect` (ms) is how long after an expected
 * update it counts as missing.
 */
export function arxivPoll(options: { readonly every?: number; readonly expect?: number } = {}): PollPlan {
  const grace = options.expect ?? GRACE;
  return {
    next: (after) => (options.every === undefined ? nextPoll(after) : pollEvery(options.every).next(after)),
    expectedDay: (now) => dayOf(lastUpdate(now - grace)),
    awaited: (now) => {
      const update = lastUpdate(now - DUE);
      return { day: dayOf(update), dueAt: update };
    },
  };
}

function nextPoll(after: number): number {
  const today = dayOf(after);
  const polls = [-1, 0, 1].flatMap((offset) => {
    const day = addDays(today, offset);
    const sweep = startOf(day) + SWEEP;
    return hasAnnouncement(day) ? [updateOf(day) + POLL_DELAY, sweep] : [sweep];
  });
  return Math.min(...polls.filter((poll) => poll > after));
}

/** The instant of the newest expected update at or before `at`. */
function lastUpdate(at: number): number {
  let day = dayOf(at);
  while (!hasAnnouncement(day) || updateOf(day) > at) day = addDays(day, -1);
  return updateOf(day);
}

/** Whether there is an announcement on the evening of an Eastern day. */
export function hasAnnouncement(day: Day): boolean {
  const weekday = weekdayOf(day);
  if (weekday === 5 || weekday === 6) return false;
  return !HOLIDAYS.has(day) && !YEARLY_HOLIDAYS.has(day.slice(5));
}

/** When OAI shows what is announced on the evening of an Eastern day, wall ms. */
export function updateOf(day: Day): number {
  return startOf(day) + OAI_UPDATE + easternOffset(day);
}

/**
 * How far UTC is ahead of US Eastern on the evening of a day: four hours from the second Sunday of March to the
 * day before the first Sunday of November, else five (Energy Policy Act of 2005).
 */
function easternOffset(day: Day): number {
  const year = day.slice(0, 4);
  const summer = day >= sundayFrom(`${year}-03-08`) && day < sundayFrom(`${year}-11-01`);
  return (summer ? 4 : 5) * HOUR;
}

/** The first Sunday on or after a day. */
function sundayFrom(day: Day): Day {
  return addDays(day, (7 - weekdayOf(day)) % 7);
}

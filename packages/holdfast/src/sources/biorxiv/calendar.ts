import { dayOf, startOf } from '../../model/day.ts';
import { lastWorkday } from '../../model/staleness.ts';
import type { PollPlan } from '../port.ts';

const HOUR = 3_600_000;
/** A day's postings are there by noon (UTC) of the next one. */
const DUE = 36 * HOUR;

/**
 * Preprint servers post on every working day, and some on others: silence of a weekend or a holiday says nothing.
 * Durations in ms; `expect` is how old the newest working day may be before it counts as missing.
 */
export function preprintPoll({
  every,
  expect,
}: {
  readonly every: number;
  readonly expect: number;
}): PollPlan {
  return {
    next: (after) => after + every,
    expectedDay: (now) => lastWorkday(dayOf(now - expect)),
    awaited: (now) => {
      const day = lastWorkday(dayOf(now - DUE));
      return { day, dueAt: startOf(day) + DUE };
    },
  };
}

import type { Day } from '../../model/day.ts';
import { addDays } from '../../model/day.ts';
import type { DayRange } from '../../model/window.ts';

/** What a repository can be asked for. */
export interface RangeRules {
  readonly granularity: 'day' | 'seconds';
  /** Nothing earlier is ever asked for, as day or as datestamp; null = unknown. */
  readonly earliest: string | null;
}

/** `from` and `until`, both inclusive, in the repository's granularity. */
export interface RangeArguments {
  readonly from: string;
  readonly until?: string;
}

/**
 * The arguments that ask for a half-open range of days, going on from a datestamp (inclusive) when one is given.
 * `until` is sent only for ranges that ended before `today`: servers refuse a later one.
 */
export function rangeArguments(
  rules: RangeRules,
  range: DayRange,
  today: Day,
  resumeAt?: string,
): RangeArguments {
  const from = latest([stamp(rules, resumeAt ?? range.from, 'T00:00:00Z'), earliestStamp(rules)]);
  const lastDay = range.to === null ? null : addDays(range.to, -1);
  if (lastDay === null || lastDay >= today) return { from };
  return { from, until: latest([stamp(rules, lastDay, 'T23:59:59Z'), from]) };
}

function earliestStamp(rules: RangeRules): string {
  return rules.earliest === null ? '' : stamp(rules, rules.earliest, 'T00:00:00Z');
}

/** A day or datestamp in the granularity of the repository; `time` completes a day where seconds are asked for. */
function stamp(rules: RangeRules, text: string, time: string): string {
  const day = text.slice(0, 10);
  if (rules.granularity === 'day') return day;
  const seconds = /T(\d{2}:\d{2}:\d{2})/.exec(text)?.[1];
  return seconds === undefined ? `${day}${time}` : `${day}T${seconds}Z`;
}

/** Stamps of one granularity are in the order of their texts. */
function latest(stamps: readonly [string, string]): string {
  return stamps[0] > stamps[1] ? stamps[0] : stamps[1];
}

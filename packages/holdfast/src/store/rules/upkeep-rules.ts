import { addDays, dayOf } from '../../model/day.ts';
import type { Day } from '../../model/day.ts';
import type { Incident, IncidentTotal } from '../../model/incident.ts';

const DAY_MS = 86_400_000;
/** Days for which incidents are kept singly after their end, and timelines in full. */
const DETAIL_DAYS = 30;
/** Days for which totals, timelines and disk samples are kept, today included. */
const KEPT_DAYS = 400;

/** What upkeep at an instant does with what is older. */
export interface UpkeepBounds {
  /** Incidents that were over before this instant (wall ms) become totals. */
  readonly overBefore: number;
  /** Timelines of days before this one become hours. */
  readonly fullFrom: Day;
  /** What belongs to days before this one is dropped. */
  readonly keptFrom: Day;
  /** Raw pages that were fetched before this instant (wall ms) are dropped; null when all are kept. */
  readonly rawBefore: number | null;
}

/** The bounds of upkeep at `now` (wall ms). */
export function upkeepBounds(now: number, keepRawMs: number | null): UpkeepBounds {
  const today = dayOf(now);
  return {
    overBefore: now - DETAIL_DAYS * DAY_MS,
    fullFrom: addDays(today, -DETAIL_DAYS),
    keptFrom: addDays(today, 1 - KEPT_DAYS),
    rawBefore: keepRawMs === null ? null : now - keepRawMs,
  };
}

/** An incident that is over as a total of its own: it counts for the day on which it began. */
export function totalOf({ cause, startedAt, recoveredAt, recordsAffected }: Incident): IncidentTotal {
  // A clock that was set back between the two must not shorten a sum.
  const durationMs = Math.max(0, (recoveredAt ?? startedAt) - startedAt);
  return { day: dayOf(startedAt), cause, count: 1, durationMs, longestMs: durationMs, recordsAffected };
}

/** Two totals of the same day and cause as one. */
export function addTotals(a: IncidentTotal, b: IncidentTotal): IncidentTotal {
  return {
    ...a,
    count: a.count + b.count,
    durationMs: a.durationMs + b.durationMs,
    longestMs: Math.max(a.longestMs, b.longestMs),
    recordsAffected: a.recordsAffected + b.recordsAffected,
  };
}

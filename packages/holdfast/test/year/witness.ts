import type { Incident, IncidentCause } from '../../src/model/incident.ts';

/** An incident that has to be in the book. Instants are wall ms. */
export interface Expected {
  readonly cause: IncidentCause;
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** An upstream has one trouble at a time, and the worst one names it; all upstreams at once are our own network. */
const NAMED: Partial<Record<IncidentCause, readonly IncidentCause[]>> = {
  outage: ['outage', 'offline', 'throttled', 'captive-portal', 'auth', 'blocked'],
};
/** What is noticed late, and written later still. */
const SLACK_MS = 5 * 60_000;

/** Which of what must have been written down was not. */
export function missingIncidents(
  expected: readonly Expected[],
  incidents: ReadonlyMap<string, Incident>,
): readonly string[] {
  const byCause = Map.groupBy(incidents.values(), ({ cause }) => cause);
  return expected
    .filter(
      ({ cause, from, to }) =>
        !(NAMED[cause] ?? [cause])
          .flatMap((each) => byCause.get(each) ?? [])
          .some(
            ({ startedAt, recoveredAt }) =>
              startedAt <= to + SLACK_MS && // A clock that was set back meanwhile dates the end before the beginning.
              Math.max(startedAt, recoveredAt ?? Number.POSITIVE_INFINITY) >= from - SLACK_MS,
          ),
    )
    .map(({ cause, from, what }) => `no incident ${cause} of ${new Date(from).toISOString()} (${what})`);
}

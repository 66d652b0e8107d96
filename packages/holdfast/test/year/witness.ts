import type { Incident, IncidentCause } from '../../src/model/incident.ts';

/** An incident that has to be in the book. Instants are wall ms. */
export interface Expected {
  readonly cause: IncidentCause;
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

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
        !(byCause.get(cause) ?? []).some(
          ({ startedAt, recoveredAt }) =>
            startedAt <= to + SLACK_MS && (recoveredAt ?? Number.POSITIVE_INFINITY) >= from - SLACK_MS,
        ),
    )
    .map(({ cause, from, what }) => `no incident ${cause} of ${new Date(from).toISOString()} (${what})`);
}

import type { Day } from '../../model/day.ts';
import type { Incident, IncidentCause, IncidentLayer, IncidentTotal } from '../../model/incident.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type { DiskSample, IncidentQuery } from '../port.ts';
import type { Connection, Row } from './database.ts';
import { number, numberOrNull, text } from './rows.ts';

/** The keys of an incident that have no column of their own. */
export type IncidentData = Omit<Incident, 'id' | 'cause' | 'scope' | 'layer' | 'startedAt' | 'recoveredAt'>;

/** A row of `incidents` as the model's. */
export function toIncident(row: Row): Incident {
  return {
    id: text(row, 'id'),
    cause: text(row, 'cause') as IncidentCause,
    scope: text(row, 'scope'),
    layer: text(row, 'layer') as IncidentLayer,
    startedAt: number(row, 'started_at'),
    recoveredAt: numberOrNull(row, 'recovered_at'),
    ...(JSON.parse(text(row, 'data')) as IncidentData),
  };
}

/** See `StoreReader.incidents`. */
export function readIncidents(db: Connection, query: IncidentQuery): readonly Incident[] {
  const clauses: readonly (readonly [condition: string, values: readonly (string | number)[]])[] = [
    ...(query.open === undefined ? [] : [[`recovered_at IS ${query.open ? '' : 'NOT '}NULL`, []] as const]),
    ...(query.since === undefined
      ? []
      : [['(recovered_at IS NULL OR recovered_at >= ?)', [query.since]] as const]),
    ...(query.source === undefined
      ? []
      : [["EXISTS (SELECT 1 FROM json_each(data, '$.sources') WHERE value = ?)", [query.source]] as const]),
  ];
  const where = clauses.length === 0 ? '' : `WHERE ${clauses.map(([condition]) => condition).join(' AND ')}`;
  const sql = `SELECT * FROM incidents ${where} ORDER BY started_at DESC, id DESC LIMIT ?`;
  return db.all(sql, ...clauses.flatMap(([, values]) => values), query.limit ?? -1).map(toIncident);
}

/** See `StoreReader.incidentTotals`. */
export function readTotals(db: Connection, from: Day): readonly IncidentTotal[] {
  return db.all('SELECT * FROM incident_totals WHERE day >= ? ORDER BY day, cause', from).map((row) => ({
    day: text(row, 'day'),
    cause: text(row, 'cause') as IncidentCause,
    count: number(row, 'count'),
    durationMs: number(row, 'duration_ms'),
    longestMs: number(row, 'longest_ms'),
    recordsAffected: number(row, 'records_affected'),
  }));
}

/** See `StoreReader.timelines`. */
export function readTimelines(db: Connection, from: Day): readonly TimelineDay[] {
  const sql = 'SELECT source, day, slots FROM timelines WHERE day >= ? ORDER BY source, day';
  return db.all(sql, from).map((row) => ({
    source: text(row, 'source'),
    day: text(row, 'day'),
    slots: text(row, 'slots'),
  }));
}

/** See `StoreReader.diskSamples`. */
export function readSamples(db: Connection): readonly DiskSample[] {
  const rows = db.all('SELECT day, bytes FROM disk_samples ORDER BY day');
  return rows.map((row) => ({ day: text(row, 'day'), bytes: number(row, 'bytes') }));
}

import type { Incident } from '../../model/incident.ts';
import { rollUpSlots, SLOTS_PER_DAY } from '../../model/timeline.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type { DiskSample } from '../port.ts';
import { totalOf } from '../rules/upkeep-rules.ts';
import type { UpkeepBounds } from '../rules/upkeep-rules.ts';
import type { Connection } from './database.ts';
import { toIncident } from './health-reader.ts';
import type { IncidentData } from './health-reader.ts';
import { assignChecked, insertChecked } from './row-check.ts';
import { text } from './rows.ts';

const PUT_INCIDENT = insertChecked('incidents', 'INSERT OR REPLACE');
const PUT_TIMELINE = insertChecked('timelines', 'INSERT OR REPLACE');
const TOTAL = 'incident_totals';
const ADD_TOTAL = `${insertChecked(TOTAL)} ON CONFLICT (day, cause) DO UPDATE SET ${assignChecked(TOTAL, {
  count: `${TOTAL}.count + ?3`,
  duration_ms: `${TOTAL}.duration_ms + ?4`,
  longest_ms: `max(${TOTAL}.longest_ms, ?5)`,
  records_affected: `${TOTAL}.records_affected + ?6`,
})}`;
const PUT_SAMPLE = `${insertChecked('disk_samples')} ON CONFLICT (day) DO UPDATE SET
  ${assignChecked('disk_samples', { bytes: '?2' })} WHERE disk_samples.bytes <> ?2`;

/** Creates incidents or replaces them. */
export function putIncidents(db: Connection, incidents: readonly Incident[]): void {
  for (const { id, cause, scope, layer, startedAt, recoveredAt, ...rest } of incidents) {
    const data: IncidentData = rest;
    db.run(PUT_INCIDENT, id, cause, scope, layer, startedAt, recoveredAt, JSON.stringify(data));
  }
}

/** Creates days or replaces them. */
export function putTimelines(db: Connection, days: readonly TimelineDay[]): void {
  for (const { source, day, slots } of days)
    db.run(PUT_TIMELINE, day, source, slots, slots.length === SLOTS_PER_DAY ? 1 : 0);
}

/** Moves incidents into their totals, the longest over first; returns how many. */
export function rollUpIncidents(db: Connection, { overBefore }: UpkeepBounds, limit: number): number {
  const sql = 'SELECT * FROM incidents WHERE recovered_at < ? ORDER BY recovered_at LIMIT ?';
  const over = db.all(sql, overBefore, limit).map(toIncident);
  for (const incident of over) {
    const { day, cause, count, durationMs, longestMs, recordsAffected } = totalOf(incident);
    db.run(ADD_TOTAL, day, cause, count, durationMs, longestMs, recordsAffected);
    db.run('DELETE FROM incidents WHERE id = ?', incident.id);
  }
  return over.length;
}

/** Turns full timelines into hours, the oldest first; returns how many. */
export function rollUpTimelines(db: Connection, { fullFrom }: UpkeepBounds, limit: number): number {
  const sql = 'SELECT source, day, slots FROM timelines WHERE full = 1 AND day < ? ORDER BY day LIMIT ?';
  const full = db.all(sql, fullFrom, limit);
  for (const row of full) {
    const slots = rollUpSlots(text(row, 'slots'));
    db.run(PUT_TIMELINE, text(row, 'day'), text(row, 'source'), slots, 0);
  }
  return full.length;
}

/** Drops totals, timelines and disk samples whose time is over; returns how many timelines. */
export function dropOldDays(db: Connection, { keptFrom }: UpkeepBounds, limit: number): number {
  db.run('DELETE FROM incident_totals WHERE day < ?', keptFrom);
  db.run('DELETE FROM disk_samples WHERE day < ?', keptFrom);
  const old = 'SELECT day, source FROM timelines WHERE day < ? ORDER BY day LIMIT ?';
  return db.run(`DELETE FROM timelines WHERE (day, source) IN (${old})`, keptFrom, limit);
}

/** Notes a day's size; a later note of the same day replaces it. */
export function putSample(db: Connection, { day, bytes }: DiskSample): void {
  db.run(PUT_SAMPLE, day, bytes);
}

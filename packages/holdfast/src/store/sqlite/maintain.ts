import { statSync } from 'node:fs';
import { dayOf } from '../../model/day.ts';
import type { Maintained, MaintainOptions } from '../port.ts';
import { LOG_BOUND } from '../rules/disk-share.ts';
import { upkeepBounds } from '../rules/upkeep-rules.ts';
import { emptyLog, logBytes } from './log.ts';
import type { Connection } from './database.ts';
import { dropRawPages } from './drop-pages.ts';
import { giveBackSpace } from './free-space.ts';
import { dropOldDays, putSample, rollUpIncidents, rollUpTimelines } from './health-writer.ts';
import { rollUpLedger } from './roll-up-ledger.ts';
import { transaction } from './transaction.ts';

/** Rows that a step rolls up or drops of each kind: some ten ms of the write lock. */
const ROWS_AT_ONCE = 1000;

/** One step of upkeep, each part in a transaction of its own; see `Store.maintain`. */
export function maintain(connection: Connection, file: string, options: MaintainOptions): Maintained {
  const { now, keepRawMs, limit } = options;
  const bounds = upkeepBounds(now, keepRawMs);
  const step = (work: () => number): number => transaction(connection, work);
  const incidentsRolledUp = step(() => rollUpIncidents(connection, bounds, ROWS_AT_ONCE));
  const timelinesRolledUp = step(() => rollUpTimelines(connection, bounds, ROWS_AT_ONCE));
  const ledger = transaction(connection, () => rollUpLedger(connection, bounds, ROWS_AT_ONCE));
  const dropped = step(() => dropOldDays(connection, bounds, ROWS_AT_ONCE));
  const { rawBefore } = bounds;
  const rawPagesDropped = rawBefore === null ? 0 : step(() => dropRawPages(connection, rawBefore, limit));
  const { bytesFreed, more } = giveBackSpace(connection);
  // The file becomes smaller only when the log is written back.
  if (bytesFreed > 0 || logBytes(file) > LOG_BOUND) emptyLog(connection);
  const bytes = statSync(file).size + logBytes(file);
  transaction(connection, () => putSample(connection, { day: dayOf(now), bytes }));
  return {
    rawPagesDropped,
    incidentsRolledUp,
    timelinesRolledUp,
    batchesRolledUp: ledger.batches,
    bytesFreed,
    walBytes: logBytes(file),
    more:
      more ||
      ledger.more ||
      (rawBefore !== null && rawPagesDropped === limit) ||
      [incidentsRolledUp, timelinesRolledUp, dropped].includes(ROWS_AT_ONCE),
  };
}

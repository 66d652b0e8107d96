import { statSync } from 'node:fs';
import { openPlain } from '../../src/store/sqlite/database.ts';
import type { YearMachine } from './year-machine.ts';

/** What the product takes on the disk at an instant, bytes. */
export interface DiskUse {
  readonly day: number;
  /** The store's file, and the log that SQLite writes before it. */
  readonly store: number;
  readonly wal: number;
  readonly logs: number;
  readonly journal: number;
  /** Bytes by table or index of the store. */
  readonly tables: Readonly<Record<string, number>>;
  /** Rows that upkeep has to bound. */
  readonly rows: Readonly<
    Record<'incidents' | 'incident_totals' | 'timelines' | 'full_timelines' | 'disk_samples', number>
  >;
}

const ROWS = `SELECT (SELECT count(*) FROM incidents) AS incidents,
  (SELECT count(*) FROM incident_totals) AS incident_totals, (SELECT count(*) FROM timelines) AS timelines,
  (SELECT count(*) FROM timelines WHERE full = 1) AS full_timelines,
  (SELECT count(*) FROM disk_samples) AS disk_samples`;

/** Measures the disk by the system and by SQLite's own account of its pages (dbstat). */
export function measureDisk(machine: YearMachine, day: number): DiskUse {
  const db = openPlain(machine.file, { readOnly: true, timeout: 1_000 });
  try {
    const tables = db.all('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC');
    return {
      day,
      store: bytesOf(machine.file),
      wal: bytesOf(`${machine.file}-wal`),
      logs: machine.log.total(),
      journal: bytesOf(machine.journal),
      tables: Object.fromEntries(tables.map((row) => [String(row['name']), Number(row['bytes'])])),
      rows: { ...db.get(ROWS) } as unknown as DiskUse['rows'],
    };
  } finally {
    db.close();
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

import type { Migration } from './migration.ts';

/** Incidents, timelines and the store's growth; what upkeep needs; counts of a status without a scan. */
export const health: Migration = {
  version: 3,
  sql: `
CREATE TABLE incidents (
  id TEXT PRIMARY KEY, cause TEXT NOT NULL, scope TEXT NOT NULL, layer TEXT NOT NULL,
  started_at INTEGER NOT NULL, recovered_at INTEGER, data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_by_start ON incidents (started_at);
-- Open ones have no end: they come first, and those that are over in the order in which they are rolled up.
CREATE INDEX incidents_by_end ON incidents (recovered_at, started_at);

CREATE TABLE incident_totals (
  day TEXT NOT NULL, cause TEXT NOT NULL, count INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  longest_ms INTEGER NOT NULL, records_affected INTEGER NOT NULL,
  PRIMARY KEY (day, cause)
) STRICT, WITHOUT ROWID;

-- The day comes first: one day of all sources is written together, and read together.
CREATE TABLE timelines (
  day TEXT NOT NULL, source TEXT NOT NULL, slots TEXT NOT NULL, full INTEGER NOT NULL,
  PRIMARY KEY (day, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX timelines_full ON timelines (day) WHERE full = 1;

CREATE TABLE disk_samples (day TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Ranges of numbers of raw pages that were dropped after their time: rows that name such a page are whole.
CREATE TABLE dropped_pages (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE INDEX raw_pages_by_age ON raw_pages (fetched_at);

DROP INDEX windows_by_source;
CREATE INDEX windows_by_state ON windows (source, state);
CREATE INDEX quarantine_open ON quarantine (source) WHERE state = 'open';
`,
};

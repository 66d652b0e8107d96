import type { Migration } from './migration.ts';

/** The first schema: sources, windows, raw pages, papers, the change feed, troubles and the ledger. */
export const records: Migration = {
  version: 1,
  sql: `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters (name, value) VALUES ('fence', 0);

CREATE TABLE sources (id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL) STRICT;

CREATE TABLE windows (
  key TEXT PRIMARY KEY, source TEXT NOT NULL, stream TEXT NOT NULL, from_day TEXT NOT NULL, to_day TEXT,
  lane TEXT NOT NULL, state TEXT NOT NULL, look INTEGER NOT NULL, cursor TEXT NOT NULL, next_at INTEGER,
  attempts INTEGER NOT NULL, reason TEXT NOT NULL, server_date TEXT, looked_at INTEGER,
  records INTEGER NOT NULL, pages INTEGER NOT NULL,
  owner TEXT, fence INTEGER NOT NULL DEFAULT 0, lease_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX windows_by_source ON windows (source);

CREATE TABLE raw_pages (
  number INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, url TEXT NOT NULL,
  content_type TEXT NOT NULL, fetched_at INTEGER NOT NULL, size INTEGER NOT NULL, zstd BLOB NOT NULL
) STRICT;

-- The key is the seq of the row's last change, so that reading in feed order is reading in file order.
-- born: the seq of the row's first change; record: of its record's first. Both stay.
CREATE TABLE papers (
  seq INTEGER PRIMARY KEY, record INTEGER NOT NULL, born INTEGER NOT NULL,
  source TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, latest INTEGER NOT NULL,
  datestamp TEXT NOT NULL, hash TEXT NOT NULL, hash_version INTEGER NOT NULL,
  page INTEGER, page_offset INTEGER, page_length INTEGER, fields TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX papers_by_id ON papers (source, id, version);
CREATE UNIQUE INDEX papers_latest ON papers (record) WHERE latest = 1;

CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
  version TEXT, hash TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

CREATE TABLE histories (
  source TEXT NOT NULL, id TEXT NOT NULL, datestamp TEXT NOT NULL, version TEXT NOT NULL, published TEXT,
  withdrawn INTEGER NOT NULL, entries TEXT NOT NULL, page INTEGER, page_offset INTEGER, page_length INTEGER,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE journals (
  source TEXT NOT NULL, id TEXT NOT NULL, datestamp TEXT NOT NULL, journal_ref TEXT, url TEXT NOT NULL,
  page INTEGER, page_offset INTEGER, page_length INTEGER,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
  source TEXT NOT NULL, key TEXT NOT NULL, id TEXT, stream TEXT, from_day TEXT, to_day TEXT, datestamp TEXT,
  reason TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL,
  last_answer TEXT, next_at INTEGER,
  PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  number INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, id TEXT, datestamp TEXT, sha256 TEXT NOT NULL,
  code TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL,
  state TEXT NOT NULL, note TEXT, url TEXT NOT NULL, content_type TEXT NOT NULL, zstd BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX quarantine_by_bytes ON quarantine (source, coalesce(id, ''), sha256);

CREATE TABLE batches (
  number INTEGER PRIMARY KEY AUTOINCREMENT, batch_id TEXT NOT NULL UNIQUE, window_key TEXT NOT NULL,
  fence INTEGER NOT NULL, prev TEXT NOT NULL, next TEXT NOT NULL, dropped INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, result TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX batches_by_window ON batches (window_key);
`,
};

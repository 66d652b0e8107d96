import type { Migration } from './migration.ts';

/** What proofs need: stamps in the change feed, the epoch of the store, audits, links between records. */
export const proof: Migration = {
  version: 4,
  sql: `
ALTER TABLE changes ADD COLUMN hash_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE changes ADD COLUMN datestamp TEXT NOT NULL DEFAULT '';
UPDATE changes SET datestamp = coalesce((SELECT datestamp FROM papers WHERE papers.seq = changes.seq), '');

-- 1: the content came from a file that was imported; what is harvested takes its place whatever the dates say.
ALTER TABLE papers ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;

CREATE TABLE identity (epoch TEXT NOT NULL) STRICT;
INSERT INTO identity (epoch) VALUES (lower(hex(randomblob(16))));

CREATE TABLE audits (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at INTEGER NOT NULL, data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX audits_by_source ON audits (source, started_at);

-- Names by which records of several sources are one work; written with the full-text index, behind the feed.
CREATE TABLE links (
  record INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (record, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_key ON links (key);
`,
};

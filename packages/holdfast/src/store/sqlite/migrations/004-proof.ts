import { CHECKED } from '../row-check.ts';
import { sealEverything } from '../seal.ts';
import type { Migration } from './migration.ts';

const PRESENT = ['changes', ...Object.keys(CHECKED)].filter(
  (table) => !['identity', 'audits', 'segments', 'window_ends'].includes(table),
);
const CRC = 'crc INTEGER NOT NULL DEFAULT 0';

/**
 * What proofs need: stamps in the change feed, the epoch of the store, audits, links between records; a check in every
 * row, the chain of the commits, segments of the ledger that are rolled up, and the last pages of each window.
 */
export const proof: Migration = {
  version: 4,
  sql: `
ALTER TABLE changes ADD COLUMN hash_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE changes ADD COLUMN datestamp TEXT NOT NULL DEFAULT '';
UPDATE changes SET datestamp = coalesce((SELECT datestamp FROM papers WHERE papers.seq = changes.seq), '');

-- 1: the content came from a file that was imported; what is harvested takes its place whatever the dates say.
ALTER TABLE papers ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;

ALTER TABLE windows ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
ALTER TABLE batches ADD COLUMN page TEXT NOT NULL DEFAULT '';
ALTER TABLE batches ADD COLUMN feed TEXT NOT NULL DEFAULT '';
ALTER TABLE batches ADD COLUMN chain TEXT NOT NULL DEFAULT '';
${PRESENT.map((table) => `ALTER TABLE ${table} ADD COLUMN ${CRC};`).join('\n')}

-- Batches that are older than replays can be, a day's or less, in a row; \`chain\` is that of their last one.
CREATE TABLE segments (
  number INTEGER PRIMARY KEY, day TEXT NOT NULL, first_batch INTEGER NOT NULL, last_batch INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, feed TEXT NOT NULL, chain TEXT NOT NULL, ${CRC}
) STRICT;
-- Where the batches that are rolled up left each window: the SHA-256 of its cursor.
CREATE TABLE window_ends (
  window_key TEXT PRIMARY KEY, cursor TEXT NOT NULL, ${CRC}
) STRICT, WITHOUT ROWID;

CREATE TABLE identity (epoch TEXT NOT NULL, ${CRC}) STRICT;
INSERT INTO identity (epoch) VALUES (lower(hex(randomblob(16))));

CREATE TABLE audits (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at INTEGER NOT NULL, data TEXT NOT NULL, ${CRC}
) STRICT, WITHOUT ROWID;
CREATE INDEX audits_by_source ON audits (source, started_at);

-- Names by which records of several sources are one work; written with the full-text index, behind the feed.
CREATE TABLE links (
  record INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (record, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_key ON links (key);
`,
  run: sealEverything,
};

import type { Migration } from './migration.ts';

/** Full-text search with a position of its own, and counts per source that need no scan. */
export const search: Migration = {
  version: 2,
  sql: `
-- Own content: with the papers as content, deferred indexing could not take out the words of replaced texts.
-- The rowid is the record's number.
CREATE VIRTUAL TABLE search USING fts5 (
  title, abstract, authors, categories, tokenize = 'porter unicode61'
);
INSERT INTO counters (name, value) VALUES ('indexed', 0);

CREATE TABLE tallies (source TEXT PRIMARY KEY, records INTEGER NOT NULL, newest TEXT) STRICT;
INSERT INTO tallies (source, records, newest)
  SELECT source, sum(latest), max(datestamp) FROM papers GROUP BY source;
`,
};

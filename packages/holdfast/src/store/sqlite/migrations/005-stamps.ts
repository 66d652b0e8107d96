import type { Migration } from './migration.ts';

/** The latest rows of a source by their stamp: for days, ranges of days and whoever follows this store. */
export const stamps: Migration = {
  version: 5,
  sql: 'CREATE INDEX papers_by_stamp ON papers (source, datestamp, id) WHERE latest = 1;',
};

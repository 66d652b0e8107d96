import type { DatasetEntry } from '../port.ts';
import { bad, type ReadForm } from '../forms/piece.ts';
import { ForeignDatabase } from './foreign-database.ts';

const BATCH = 2000;

/** The rows of the table with identifiers; the mark's count is the number of the last row that was read. */
export const readSqlite: ReadForm = async function* readSqlite(file, from, signal) {
  const { path, name, size } = file.found;
  const database = new ForeignDatabase(path);
  try {
    let after = from.count;
    for (;;) {
      signal.throwIfAborted();
      const taken = take(database, name, after);
      if (taken === null) return;
      after = taken.after;
      // Where in the file the rows lie is not known.
      yield { entries: taken.entries, next: { offset: 0, count: after }, read: taken.last ? size : 0 };
      if (taken.last) return;
      await Promise.resolve();
    }
  } finally {
    database.close();
  }
};

function take(
  database: ForeignDatabase,
  name: string,
  after: number,
): { entries: readonly DatasetEntry[]; after: number; last: boolean } | null {
  try {
    const rows = database.rows(after, BATCH);
    const last = rows.at(-1);
    if (last === undefined) return null;
    const entries = rows.map(({ number, row }) => ({
      where: `${name}:${database.table}:${number}`,
      content: { type: 'fields' as const, values: row },
    }));
    return { entries, after: last.number, last: rows.length < BATCH };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const entry = bad(
      `${name}:${database.table}`,
      'ERR_DATASET_DAMAGED',
      `The table is damaged after row ${after}: ${why}`,
    );
    return { entries: [entry], after: Number.MAX_SAFE_INTEGER, last: true };
  }
}

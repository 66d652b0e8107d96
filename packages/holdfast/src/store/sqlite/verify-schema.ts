import type { IntegrityFinding } from '../port.ts';
import { openPlain } from './database.ts';
import type { Connection, Row } from './database.ts';
import { migrations } from './migrations/index.ts';
import { text, textOrNull } from './rows.ts';

const OBJECTS = 'SELECT name, type, tbl_name, sql FROM sqlite_schema';
/** Numbers that were given out, and the rows that tell what they must be. */
const SEQUENCES = {
  changes: 'SELECT max(seq) FROM changes',
  batches:
    'SELECT max(n) FROM (SELECT max(number) AS n FROM batches UNION ALL SELECT max(last_batch) FROM segments)',
  raw_pages:
    'SELECT max(n) FROM (SELECT max(number) AS n FROM raw_pages UNION ALL SELECT max(last) FROM dropped_pages)',
  quarantine: 'SELECT max(number) FROM quarantine',
} as const;

/** The store's tables and indexes as this build makes them, against those of the file. */
export function verifySchema(db: Connection): readonly IntegrityFinding[] {
  const found = new Map(db.all(OBJECTS).map((row) => [text(row, 'name'), row]));
  return freshSchema().flatMap((row): readonly IntegrityFinding[] => {
    const name = text(row, 'name');
    const there = found.get(name);
    const finding = (problem: string): readonly IntegrityFinding[] => [{ what: 'file', key: name, problem }];
    if (!there) return finding('this table or index is not in the file');
    return sameObject(row, there) ? [] : finding('this table or index is not as it was made');
  });
}

/**
 * The tables of the full-text index are made by SQLite, each release in its own words: there only a text that differs in
 * one sign is damage.
 */
function sameObject(made: Row, found: Row): boolean {
  if (text(made, 'type') !== text(found, 'type') || text(made, 'tbl_name') !== text(found, 'tbl_name'))
    return false;
  const [sql, other] = [textOrNull(made, 'sql'), textOrNull(found, 'sql')];
  if (sql === other || sql === null || other === null) return sql === other;
  if (!text(made, 'name').startsWith('search_')) return false;
  return (
    sql.length !== other.length || sql.split('').filter((sign, index) => sign !== other[index]).length > 1
  );
}

function freshSchema(): readonly Row[] {
  const fresh = openPlain(':memory:');
  try {
    for (const step of migrations) {
      fresh.exec(step.sql);
      step.run?.(fresh);
    }
    return fresh.all(OBJECTS);
  } finally {
    fresh.close();
  }
}

/** The numbers that SQLite gives next, against the rows: a number is never given twice. */
export function verifySequences(db: Connection): readonly IntegrityFinding[] {
  return Object.entries(SEQUENCES).flatMap(([table, sql]): readonly IntegrityFinding[] => {
    const [must] = db.arrays(sql)[0] ?? [];
    const rows = db.arrays('SELECT seq FROM sqlite_sequence WHERE name = ?', table);
    const [given] = rows[0] ?? [];
    if (rows.length < 2 && (given ?? 0n) === (must ?? 0n)) return [];
    const [noted, right] = [given, must].map((value) => (value ?? 'none') as bigint | string);
    const problem = `the last number given is noted as ${noted} instead of ${right}`;
    return [{ what: 'file', key: `sqlite_sequence/${table}`, problem }];
  });
}

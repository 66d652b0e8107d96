import { HoldfastError } from '../../model/error.ts';
import type { IntegrityFinding } from '../port.ts';
import type { Connection, Row } from './database.ts';
import type { Read } from './export-papers.ts';
import { apartColumns, checkedColumns, rowCheck } from './row-check.ts';
import type { CheckedTable } from './row-check.ts';

/** How one long check is done: in short reads of one moment each, with turns for other work between them. */
export interface Verifying {
  readonly read: Read;
  readonly turn: () => Promise<void>;
}

/** A row of a table as SQLite gives it: values in the order of the columns, integers as bigint. */
export type Values = readonly unknown[];

/** What is known of a table for its verification. */
export interface TableCheck {
  readonly table: CheckedTable;
  readonly what: IntegrityFinding['what'];
  /** Columns of its key: rows are read and named by them. */
  readonly keys: readonly string[];
  /** The name of a row for a person. */
  readonly name: (row: Row) => string;
  readonly atOnce?: number;
  /** What else is wrong with a row whose check is right; `apart` are the columns that the check does not cover. */
  readonly more?: (db: Connection, row: Row) => readonly string[];
}

const AT_ONCE = 500;
const DAMAGED =
  'a value of its row is not what was written: the row does not have the check that was written with it';

/** Reads in one moment of the store: an engine may be writing. */
export function inOneMoment<Result>({ read }: Verifying, work: (db: Connection) => Result): Result {
  return read((db) => {
    db.exec('BEGIN');
    try {
      return work(db);
    } finally {
      if (db.inTransaction) db.exec('ROLLBACK');
    }
  });
}

/** Runs one part of the verification; what cannot be read is a finding, and the next part goes on. */
export async function* guarded(
  table: string,
  part: () => AsyncIterable<IntegrityFinding> | Iterable<IntegrityFinding>,
  where: () => string = () => '',
): AsyncIterable<IntegrityFinding> {
  try {
    yield* part();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const problem = `the table ${table} cannot be read${where()}: ${error.message}`;
    yield { what: 'file', key: table, problem };
  }
}

/** Computes the check of every row of a table again, page by page. */
export async function* verifyRows(work: Verifying, check: TableCheck): AsyncIterable<IntegrityFinding> {
  let last: readonly unknown[] = [];
  const where = (): string =>
    last.length === 0 ? ' from its beginning on' : ` after ${last.map(String).join('/')}`;
  const part = async function* (): AsyncIterable<IntegrityFinding> {
    const seen = new Set<string>();
    for (;;) {
      const page = inOneMoment(work, (db) => readPage(db, check, last));
      yield* page.findings;
      if (page.last === null) return;
      last = page.last;
      // Keys that are out of order could send us round in a circle.
      const key = last.map(String).join('\0');
      if (seen.has(key)) {
        yield { what: 'file', key: check.table, problem: `its rows are out of order${where()}` };
        return;
      }
      seen.add(key);
      await work.turn();
    }
  };
  yield* guarded(check.table, part, where);
}

/** A page of rows that were checked. */
export interface CheckedPage {
  readonly findings: readonly IntegrityFinding[];
  /** The key of the last row; null when there is no further page. */
  readonly last: readonly unknown[] | null;
}

/** Computes the checks of a page of rows again. */
export function readPage(db: Connection, check: TableCheck, after: readonly unknown[]): CheckedPage {
  const { table, keys, atOnce = AT_ONCE } = check;
  const columns = checkedColumns(table);
  const names = [...columns, 'crc', ...apartColumns(table)];
  const key = keys.join(', ');
  const from = after.length === 0 ? '' : `WHERE (${key}) > (${keys.map(() => '?').join(', ')})`;
  const sql = `SELECT ${names.join(', ')} FROM ${table} ${from} ORDER BY ${key} LIMIT ${atOnce}`;
  const rows = db.arrays(sql, ...(after as string[]));
  const findings = rows.flatMap((values) => {
    const row = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    const problems = problemsOf(db, check, values.slice(0, columns.length), row);
    return problems.map((problem) => ({ what: check.what, key: check.name(row), problem }));
  });
  const last = rows.length < atOnce ? undefined : rows.at(-1);
  return { findings, last: last ? keys.map((each) => last[columns.indexOf(each)]) : null };
}

function problemsOf(db: Connection, { more }: TableCheck, covered: Values, row: Row): readonly string[] {
  // What a damaged row refers to says nothing.
  if (Number(row['crc']) !== rowCheck(covered)) return [DAMAGED];
  return more?.(db, row) ?? [];
}

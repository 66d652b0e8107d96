import { crc32 } from 'node:zlib';

/** The name of the SQL function that every connection to a store has. */
export const ROW_CHECK = 'row_check';

interface Checked {
  /** Columns that the check covers, in its order; all of the row but itself and `apart`. */
  readonly columns: readonly string[];
  /** Columns with a hash of their own, which the check covers instead. */
  readonly apart?: readonly string[];
}

const list = (text: string): readonly string[] => text.split(' ');
const PLACE = 'page page_offset page_length';

/**
 * Tables whose rows carry a check in their last column, `crc`. `changes` has the CRC-32 of its feed line there, and
 * batches have the chain; what else is in the file follows from these tables or is told by SQLite.
 */
export const CHECKED = {
  counters: { columns: list('name value') },
  sources: { columns: list('id kind state') },
  windows: {
    columns: list(
      `key source stream from_day to_day lane state look cursor next_at attempts reason server_date looked_at records pages evidence owner fence lease_until`,
    ),
  },
  raw_pages: { columns: list('number sha256 url content_type fetched_at size zstd') },
  papers: {
    columns: list(`seq record born source id version latest datestamp hash hash_version imported ${PLACE}`),
    apart: ['fields'],
  },
  histories: { columns: list(`source id datestamp version published withdrawn entries ${PLACE}`) },
  journals: { columns: list(`source id datestamp journal_ref url ${PLACE}`) },
  gaps: {
    columns: list(
      'source key id stream from_day to_day datestamp reason since attempts state last_answer next_at',
    ),
  },
  quarantine: {
    columns: list(
      'number source id datestamp sha256 code reason since attempts state note url content_type zstd',
    ),
  },
  tallies: { columns: list('source records newest') },
  incidents: { columns: list('id cause scope layer started_at recovered_at data') },
  incident_totals: { columns: list('day cause count duration_ms longest_ms records_affected') },
  timelines: { columns: list('day source slots full') },
  disk_samples: { columns: list('day bytes') },
  dropped_pages: { columns: list('first last') },
  identity: { columns: list('epoch') },
  audits: { columns: list('id source started_at data') },
  segments: {
    columns: list('number day first_batch last_batch first_seq last_seq feed chain'),
  },
  window_ends: { columns: list('window_key cursor') },
} as const satisfies Readonly<Record<string, Checked>>;

/** A table whose rows carry a check. */
export type CheckedTable = keyof typeof CHECKED;

/**
 * The check of a row: the CRC-32 of its values with their types and lengths, as a signed number, which takes four bytes.
 * It finds every flipped bit; it is no proof against somebody who computes it again.
 */
export function rowCheck(values: readonly unknown[]): number {
  let text = '';
  for (const value of values) {
    if (value === null) text += 'n;';
    else if (typeof value === 'string') text += `s${value.length}:${value}`;
    else if (value instanceof Uint8Array) text += `b${value.byteLength}:${crc32(value)};`;
    else if (typeof value === 'bigint' || typeof value === 'number') text += `i${value};`;
    else throw new TypeError(`a value of SQLite cannot be a ${typeof value}`);
  }
  return crc32(text) | 0;
}

/** The columns of a table that its check covers, in its order. */
export function checkedColumns(table: CheckedTable): readonly string[] {
  return CHECKED[table].columns;
}

/** The columns of a table that have a hash of their own. */
export function apartColumns(table: CheckedTable): readonly string[] {
  const { apart = [] }: Checked = CHECKED[table];
  return apart;
}

/** Inserts a whole row with its check; the values are those of the columns in their order, and then those apart. */
export function insertChecked(table: CheckedTable, verb = 'INSERT'): string {
  const { columns, apart = [] }: Checked = CHECKED[table];
  const all = [...columns, ...apart];
  const marks = all.map((_, index) => `?${index + 1}`);
  const check = `${ROW_CHECK}(${marks.slice(0, columns.length).join(', ')})`;
  return `${verb} INTO ${table} (${all.join(', ')}, crc) VALUES (${marks.join(', ')}, ${check})`;
}

/**
 * The same for whoever reckons the check (`rowCheck`) itself, as the last value, and has the text of the columns apart as
 * bytes in UTF-8: without the way through SQL and through text.
 */
export function insertReckoned(table: CheckedTable): string {
  const { columns, apart = [] }: Checked = CHECKED[table];
  const all = [...columns, ...apart, 'crc'];
  const marks = [...columns.map(() => '?'), ...apart.map(() => 'CAST(? AS TEXT)'), '?'];
  return `INSERT INTO ${table} (${all.join(', ')}) VALUES (${marks.join(', ')})`;
}

/**
 * Assignments of an UPDATE that keep the check right; parameters must be numbered, since each is used twice. A check that
 * was wrong before stays wrong by as much: an update must not make damage look whole.
 */
export function assignChecked(table: CheckedTable, changes: Readonly<Record<string, string>>): string {
  const { columns }: Checked = CHECKED[table];
  const values = columns.map((name) => changes[name] ?? name);
  const sets = Object.entries(changes).map(([name, value]) => `${name} = ${value}`);
  const [before, after] = [columns, values].map((each) => `${ROW_CHECK}(${each.join(', ')})`);
  return `${sets.join(', ')}, crc = crc - ${before} + ${after}`;
}

/** An UPDATE that keeps the check right. */
export function updateChecked(
  table: CheckedTable,
  changes: Readonly<Record<string, string>>,
  where: string,
): string {
  return `UPDATE ${table} SET ${assignChecked(table, changes)} WHERE ${where}`;
}

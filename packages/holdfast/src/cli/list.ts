import type { Io } from './io.ts';
import { write } from './io.ts';
import { plain } from './terminal/escape.ts';
import type { Look } from './terminal/style.ts';
import type { Column } from './terminal/table.ts';
import { table } from './terminal/table.ts';
import { wrap } from './terminal/wrap.ts';

/** A list of rows and how to show it. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Said instead of an empty table. */
  readonly nothing: string;
  /** Said below the table, on standard error. */
  readonly next?: string;
}

/** Prints a list: one JSON array, or a table as wide as the terminal; without a terminal nothing is cut. */
export async function printList<Row>(
  io: Io,
  look: Look,
  json: boolean,
  listing: Listing<Row>,
): Promise<void> {
  const { rows, columns, nothing, next } = listing;
  if (json) return write(io.out, `${JSON.stringify(rows, null, 2)}\n`);
  if (rows.length === 0) return write(io.out, `${nothing}\n`);
  const safe = columns.map((column) => ({ ...column, cell: (row: Row) => plain(column.cell(row)) }));
  // What reads a pipe wants whole rows, one a line.
  const columnsOfOutput = io.out.isTTY === true ? look.columns : Number.MAX_SAFE_INTEGER;
  await write(io.out, `${table(rows, safe, columnsOfOutput).join('\n')}\n`);
  if (next !== undefined) await write(io.err, `${wrap(next, look.columns).join('\n')}\n`);
}

import { looksLikeId } from './id-forms.ts';

/** Some rows of a table, to judge it by. */
export interface TableSample {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly size: number;
}

/** Columns whose names say that they hold identifiers. */
const ID_NAME = /^_?(?:id|identifier|arxiv_?id|doi|link|url|uri|oai_?id|paper_?id|header\.identifier)$/i;

/** The table whose rows have identifiers, by the content of its columns and their names; null when none has. */
export function chooseTable(tables: readonly TableSample[]): TableSample | null {
  const rated = tables.map((table) => ({ table, rating: rate(table) })).filter(({ rating }) => rating > 0);
  rated.sort((a, b) => b.rating - a.rating || b.table.size - a.table.size);
  return rated[0]?.table ?? null;
}

/** The largest share of identifiers in a column; a name that says so counts a little, and so do further columns. */
function rate({ rows }: TableSample): number {
  if (rows.length === 0) return 0;
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  let best = 0;
  for (const column of columns) {
    const ids = rows.filter((row) => isId(row[column])).length / rows.length;
    if (ids > 0) best = Math.max(best, ids + (ID_NAME.test(column) ? 0.2 : 0));
  }
  return best === 0 ? 0 : best + Math.min(columns.size, 20) / 1000;
}

function isId(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && looksLikeId(String(value));
}

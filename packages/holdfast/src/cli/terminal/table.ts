import { fit, pad, width } from './width.ts';
import { wrap } from './wrap.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** This column gives way when the table is too wide; as the last one it moves below its row. */
  readonly flexible?: boolean;
}

const INDENT = '    ';

/**
 * Lines of a table that is no wider than `columns`; cells are text without colours and control characters. When the
 * last column is flexible and there is no room for it, its cells stand below their rows in full.
 */
export function table<Row>(
  rows: readonly Row[],
  definition: readonly Column<Row>[],
  columns: number,
): string[] {
  const last = definition.at(-1);
  if (last?.flexible !== true || rowWidth(widthsOf(rows, definition)) <= columns)
    return grid(rows, definition, columns).map(({ line }) => line);
  return grid(rows, definition.slice(0, -1), columns).flatMap(({ line, row }) => {
    const below = row === null ? '' : last.cell(row);
    if (below === '') return [line];
    return [line, ...wrap(below, columns - INDENT.length, true).map((each) => INDENT + each)];
  });
}

interface Line<Row> {
  readonly line: string;
  /** Null for the heading. */
  readonly row: Row | null;
}

function grid<Row>(
  rows: readonly Row[],
  definition: readonly Column<Row>[],
  columns: number,
): readonly Line<Row>[] {
  const widths = widthsOf(rows, definition);
  shrink(widths, definition, columns);
  const lineOf = (texts: readonly string[]): string =>
    texts
      .map((text, index) => cell(text, widths[index] ?? 0, definition[index]?.align))
      .join('  ')
      .trimEnd();
  return [
    { line: lineOf(definition.map(({ title }) => title)), row: null },
    ...rows.map((row) => ({ line: lineOf(definition.map((column) => column.cell(row))), row })),
  ];
}

function widthsOf<Row>(rows: readonly Row[], definition: readonly Column<Row>[]): number[] {
  return definition.map((column) =>
    Math.max(width(column.title), ...rows.map((row) => width(column.cell(row)))),
  );
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1));
}

function cell(text: string, room: number, align: 'left' | 'right' = 'left'): string {
  return pad(fit(text, room), room, align === 'right' ? 'left' : 'right');
}

/** Takes what is too much from the flexible columns, then from the widest, but leaves each at least four columns. */
function shrink<Row>(widths: number[], definition: readonly Column<Row>[], columns: number): void {
  let excess = rowWidth(widths) - columns;
  for (const takes of [(index: number) => definition[index]?.flexible === true, () => true]) {
    while (excess > 0) {
      const candidates = widths
        .map((_, index) => index)
        .filter((index) => takes(index) && (widths[index] ?? 0) > 4);
      const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
      if (widest === undefined) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
}

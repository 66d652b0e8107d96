import { fit, pad, width } from './width.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** This column gives way when the table is too wide. */
  readonly flexible?: boolean;
}

/** Lines of a table that is no wider than `columns`; cells are text without colours and control characters. */
export function table<Row>(
  rows: readonly Row[],
  definition: readonly Column<Row>[],
  columns: number,
): string[] {
  const cells = [
    definition.map(({ title }) => title),
    ...rows.map((row) => definition.map(({ cell }) => cell(row))),
  ];
  const widths = definition.map((_, index) => Math.max(...cells.map((line) => width(line[index] ?? ''))));
  shrink(widths, definition, columns);
  return cells.map((line) =>
    line
      .map((text, index) => {
        const room = widths[index] ?? 0;
        return pad(fit(text, room), room, definition[index]?.align === 'right' ? 'left' : 'right');
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Takes what is too much from the flexible columns, then from the widest, but leaves each at least four columns. */
function shrink<Row>(widths: number[], definition: readonly Column<Row>[], columns: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1)) - columns;
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

import { fit, pad, width } from './width.ts';
import { wrap } from './wrap.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** This column gives way when the table is too wide; as the last one it goes on in further lines. */
  readonly flexible?: boolean;
}

/** A column that goes on in further lines is still this wide. */
const LEAST_WRAPPED = 20;

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
  return cells.flatMap((line) => {
    const last = line.at(-1) ?? '';
    const room = widths.at(-1) ?? 0;
    const wraps = definition.at(-1)?.flexible === true;
    const [first = '', ...more] = wraps ? wrap(last, room, true) : [last];
    const before = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
    return [
      [...line.slice(0, -1), first]
        .map((text, index) => cell(text, widths[index] ?? 0, definition[index]?.align))
        .join('  ')
        .trimEnd(),
      ...more.map((text) => `${' '.repeat(before)}${text}`),
    ];
  });
}

function cell(text: string, room: number, align: 'left' | 'right' = 'left'): string {
  return pad(fit(text, room), room, align === 'right' ? 'left' : 'right');
}

/** Takes what is too much from the flexible columns, then from the widest, but leaves each some columns. */
function shrink<Row>(widths: number[], definition: readonly Column<Row>[], columns: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 2 * (widths.length - 1)) - columns;
  const least = (index: number): number =>
    definition[index]?.flexible === true && index === definition.length - 1 ? LEAST_WRAPPED : 4;
  for (const takes of [(index: number) => definition[index]?.flexible === true, () => true]) {
    while (excess > 0) {
      const candidates = widths
        .map((_, index) => index)
        .filter((index) => takes(index) && (widths[index] ?? 0) > least(index));
      const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
      if (widest === undefined) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
}

import type { Cell } from './play.ts';

/** When, where and on what the cells were played: without it figures are rumours. */
export interface Frame {
  /** ISO 8601. */
  readonly at: string;
  readonly node: string;
  readonly machine: string;
  readonly seed: number;
  readonly records: number;
}

/** The cells as a table: a row for each fault, a column for each harvester. `*`: records lost, and reported as success. */
export function tableOf(
  cells: readonly Cell[],
  { at, node, machine, seed, records }: Frame,
): readonly string[] {
  const names = namesOf(cells);
  const rows = rowsOf(cells).map(({ about, cells: row }) => [about, ...row.map(textOf)]);
  const all = [['one fault, once, on page 4', ...names], ...rows];
  const widths = [0, ...names.map((_, index) => index + 1)].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return [
    `${at}  Node ${node}  ${machine}`,
    `${String(records)} records; kept, exit code; * = lost and reported as success; seed ${String(seed)}`,
    '',
    ...all.map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    ...notCovered(cells).map((text) => `not covered: ${text}`),
  ];
}

/** The harvesters, in the order in which they were played. */
export function namesOf(cells: readonly Cell[]): readonly string[] {
  return [...new Set(cells.map(({ harvester }) => harvester))];
}

/** A row for each fault with a cell for each harvester; none where its list cannot have that fault. */
export function rowsOf(
  cells: readonly Cell[],
): readonly { readonly about: string; readonly cells: readonly (Cell | undefined)[] }[] {
  const names = namesOf(cells);
  return [...new Set(cells.map(({ about }) => about))].map((about) => {
    const row = cells.filter((cell) => cell.about === about);
    return { about, cells: names.map((name) => row.find(({ harvester }) => harvester === name)) };
  });
}

/** Why there are cells without a figure, each reason once. */
export function notCovered(cells: readonly Cell[]): readonly string[] {
  return [
    ...new Set(
      cells.flatMap(({ harvester, missing }) => (missing === null ? [] : `${harvester}: ${missing}`)),
    ),
  ];
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined || cell.missing !== null) return '-';
  const { kept, repeated, exit, silent } = cell;
  const end = exit === 'hangs' ? 'hangs' : `rc${String(exit)}`;
  return `${String(kept)}${repeated > 0 ? ` +${String(repeated)} twice` : ''} ${end}${silent ? ' *' : ''}`;
}

import { cpus, release, type as system } from 'node:os';
import type { Cell } from './play.ts';

/** The cells as a table: a row for each fault, a column for each harvester. `*`: records lost, and reported as success. */
export function tableOf(
  cells: readonly Cell[],
  { seed, records }: { readonly seed: number; readonly records: number },
): readonly string[] {
  const names = [...new Set(cells.map(({ harvester }) => harvester))];
  const rows = [...new Set(cells.map(({ about }) => about))].map((about) => [
    about,
    ...names.map((name) => textOf(cells.find((cell) => cell.about === about && cell.harvester === name))),
  ]);
  const all = [['one fault, once, on page 4', ...names], ...rows];
  const widths = [0, ...names.map((_, index) => index + 1)].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const missing = new Set(
    cells.flatMap(({ harvester, missing: why }) => (why === null ? [] : `${harvester}: ${why}`)),
  );
  return [
    `${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}  ${cpus()[0]?.model ?? ''}`,
    `${String(records)} records; kept, exit code; * = lost and reported as success; seed ${String(seed)}`,
    '',
    ...all.map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    ...[...missing].map((text) => `not covered: ${text}`),
  ];
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined || cell.missing !== null) return '-';
  const { kept, repeated, exit, silent } = cell;
  const end = exit === 'hangs' ? 'hangs' : `rc${String(exit)}`;
  return `${String(kept)}${repeated > 0 ? ` +${String(repeated)} twice` : ''} ${end}${silent ? ' *' : ''}`;
}

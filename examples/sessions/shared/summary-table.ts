import { stripVTControlCharacters } from 'node:util';
import type { Tables } from './tables.ts';

const best = `SELECT name, city, letters, written, printf('%.1f', rating) FROM results
  ORDER BY rating DESC, id LIMIT 10`;

/** The ten best matches and the sums, for a terminal. */
export function summaryTable(tables: Tables): string {
  const rows = [['name', 'city', 'letters', 'written', 'rating'], ...tables.texts(best)];
  const sums = tables.texts('SELECT name, value FROM summary').map(([name, value]) => `${name} ${value}`);
  return [...columns(rows), '', sums.length > 0 ? sums.join(' · ') : 'Not everything is rated yet.'].join(
    '\n',
  );
}

/** Numbers stand on the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => row[column]?.length ?? 0)),
  );
  return clean.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** What strangers wrote must not steer the terminal. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

import { DRIVERS, PHASES } from './cells.ts';
import { table } from '../kill/table.ts';
import type { Row } from './row.ts';

const MARKS: Readonly<Record<Row['verdict'], string>> = {
  valid: 'ok',
  invalid: 'INVALID',
  unknown: 'UNKNOWN',
  'not-covered': 'not covered',
};

/** One line for a row that is over, and one for each of its problems. */
export function printRow(row: Row, number: number, all: number): void {
  const counts = `${row.opens} opens, ${row.losses} losses, ${row.viewLosses} pages lost, ${row.logins} logins`;
  const recovery = row.recoveryMs === null ? '' : `, back after ${row.recoveryMs} ms`;
  process.stdout.write(
    `${String(number).padStart(String(all).length)}/${all}  ${MARKS[row.verdict].padEnd(8)} ${row.driver} ${row.fault} × ${row.phase}: ${counts}${recovery}\n`,
  );
  for (const problem of row.problems) process.stdout.write(`      - ${problem}\n`);
}

/** The whole drill: a table of verdicts by fault and phase for each driver, and what was counted. */
export function printSummary(rows: readonly Row[]): void {
  for (const driver of DRIVERS) {
    const own = rows.filter((row) => row.driver === driver);
    if (own.length === 0) continue;
    const faults = [...new Set(own.map(({ fault }) => fault))];
    const lines = faults.map((fault) => [
      fault,
      ...PHASES.map((phase) => {
        const row = own.find((each) => each.fault === fault && each.phase === phase);
        return row === undefined ? '-' : MARKS[row.verdict];
      }),
    ]);
    process.stdout.write(`\n${table([driver, ...PHASES], lines)}\n`);
  }
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const count = (verdict: Row['verdict']): number => rows.filter((row) => row.verdict === verdict).length;
  process.stdout.write(
    `\n${rows.length} rows: ${count('valid')} valid, ${count('invalid')} invalid, ${count('unknown')} unknown, ${count('not-covered')} not covered\n` +
      `${sum(({ sent }) => sent)} messages: ${sum(({ twice }) => twice)} sent twice, ${sum(({ lost }) => lost)} lost, ${sum(({ inDoubt }) => inDoubt)} in doubt\n` +
      `longest call beyond its deadline: ${Math.max(0, ...rows.map(({ overdueMs }) => overdueMs))} ms\n`,
  );
}

import { DRIVERS, PHASES } from './cells.ts';
import { table } from '../kill/table.ts';
import type { Row } from './row.ts';

const MARKS: Readonly<Record<Row['verdict'], string>> = {
  valid: 'ok',
  invalid: 'INVALID',
  unknown: 'UNKNOWN',
  'not-covered': 'not covered',
};

/** What a whole run came to. */
export interface Summary {
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly notCovered: number;
  readonly sent: number;
  readonly twice: number;
  readonly lost: number;
  readonly inDoubt: number;
  /** How far beyond its deadline a call went, at most, ms. */
  readonly overdueMs: number;
  readonly wallMs: number;
}

/** Counts a whole run. */
export function summaryOf(rows: readonly Row[], wallMs: number): Summary {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const count = (verdict: Row['verdict']): number => sum((row) => (row.verdict === verdict ? 1 : 0));
  return {
    rows: rows.length,
    valid: count('valid'),
    invalid: count('invalid'),
    unknown: count('unknown'),
    notCovered: count('not-covered'),
    sent: sum(({ sent }) => sent),
    twice: sum(({ twice }) => twice),
    lost: sum(({ lost }) => lost),
    inDoubt: sum(({ inDoubt }) => inDoubt),
    overdueMs: Math.max(0, ...rows.map(({ overdueMs }) => overdueMs)),
    wallMs: Math.round(wallMs),
  };
}

/** A row that is over: its verdict, what was done to it, what it counted, and each of its problems. */
export function printRow(row: Row, number: number, all: number): void {
  const place = String(number).padStart(String(all).length);
  const name = `${row.driver} ${row.fault} × ${row.phase}`;
  const lines = [`${place}/${all}  ${MARKS[row.verdict].padEnd(11)}  ${name}`];
  if (row.fired !== null) lines.push(`${row.fired}: ${counts(row)}`);
  lines.push(...row.problems.map((problem) => `- ${problem}`));
  process.stdout.write(`${lines.join('\n         ')}\n`);
}

function counts(row: Row): string {
  return [
    many(row.opens, 'open'),
    ...(row.failedOpens > 0 ? [many(row.failedOpens, 'failed try', 'failed tries')] : []),
    ...(row.reattaches > 0 ? [many(row.reattaches, 'reattachment')] : []),
    many(row.losses, 'loss', 'losses'),
    ...(row.viewLosses > 0 ? [many(row.viewLosses, 'page lost', 'pages lost')] : []),
    many(row.logins, 'login'),
    ...(row.recoveryMs === null ? [] : [`back after ${row.recoveryMs} ms`]),
  ].join(', ');
}

function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** The whole drill: a table of verdicts by fault and phase for each driver, and what was counted. */
export function printSummary(rows: readonly Row[], summary: Summary): void {
  for (const driver of DRIVERS) {
    const own = rows.filter((row) => row.driver === driver);
    if (own.length > 0) process.stdout.write(`\n${verdicts(driver, own)}\n`);
  }
  process.stdout.write(
    `\n${summary.rows} rows: ${summary.valid} valid, ${summary.invalid} invalid, ${summary.unknown} unknown, ${summary.notCovered} not covered\n` +
      `${summary.sent} messages: ${summary.twice} sent twice, ${summary.lost} lost, ${summary.inDoubt} in doubt\n` +
      `longest call beyond its deadline: ${summary.overdueMs} ms; all in ${Math.round(summary.wallMs / 1000)} s\n`,
  );
}

function verdicts(driver: string, own: readonly Row[]): string {
  const faults = [...new Set(own.map(({ fault }) => fault))];
  const lines = faults.map((fault) => [
    fault,
    ...PHASES.map((phase) => {
      const row = own.find((each) => each.fault === fault && each.phase === phase);
      return row === undefined ? '-' : MARKS[row.verdict];
    }),
  ]);
  const played = own.filter(({ verdict }) => verdict !== 'not-covered');
  const valid = played.filter(({ verdict }) => verdict === 'valid').length;
  return `${table([driver, ...PHASES], lines)}\n${valid} of ${played.length} played rows valid`;
}

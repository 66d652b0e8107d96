import type { DiskUse } from './disk-sample.ts';
import type { YearReport } from './year.ts';

const MB = 2 ** 20;
const FINDINGS_SHOWN = 30;

/** A report as lines for a person. */
export function printReport(report: YearReport, seconds: number): readonly string[] {
  const { seed, days, verdict, findings, neverFired, sources } = report;
  return [
    `${String(days)} virtual days, seed ${String(seed)}, in ${seconds.toFixed(0)} s`,
    `faults: ${counts(report.fired)}`,
    ...sources.map(
      (one) =>
        `${one.id}: ${String(one.published)} published, lost ${String(one.lost)}, duplicated ${String(one.duplicated)}, ${String(one.requests)} requests, gaps ${String(one.gaps)}, quarantined ${String(one.quarantined)}, windows ${counts(one.windows)}`,
    ),
    `engine: ${String(report.starts)} starts, ended by ${counts(report.exits)}; ${String(report.cooldowns)} cooldowns, the longest ${String(report.longestCooldownMs / 60_000)} min`,
    `hangs: ${String(report.hangsEnded)} ended, the slowest after ${(report.slowestHangMs / 1_000).toFixed(1)} s`,
    `incidents: ${counts(report.incidents)}; ${String(report.incidentsExpected)} had to be there`,
    `log: ${String(report.log.lines)} lines, closed ${String(report.log.bySize)} times for size, ${String(report.log.byAge)} for age, ${mb(report.log.largest)} at most`,
    ...diskLines(report),
    ...findings.slice(0, FINDINGS_SHOWN).map((finding) => `FINDING ${finding}`),
    ...(neverFired.length > 0 ? [`unknown, never fired: ${neverFired.join(', ')}`] : []),
    `${verdict}: ${String(findings.length)} findings; again: npm run year -- --seed ${String(seed)} --days ${String(days)}`,
  ];
}

function diskLines({ disk, growthPerYear, maxDisk }: YearReport): readonly string[] {
  const last = disk.at(-1);
  return [
    'disk (MB)   day  store    wal   logs journal',
    ...disk.map(diskLine),
    `growth ${mb(growthPerYear)} a year; budget ${mb(maxDisk)}`,
    ...(last === undefined ? [] : [`tables: ${tableSizes(last)}`, `rows: ${counts(last.rows)}`]),
  ];
}

function diskLine({ day, store, wal, logs, journal }: DiskUse): string {
  const cells = [
    String(day).padStart(15),
    ...[store, wal, logs, journal].map((bytes) => (bytes / MB).toFixed(2).padStart(7)),
  ];
  return cells.join('');
}

function tableSizes({ tables }: DiskUse): string {
  return Object.entries(tables)
    .map(([name, bytes]) => `${name} ${mb(bytes)}`)
    .join(', ');
}

function counts(each: Readonly<Record<string, number>>): string {
  return Object.entries(each)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(2)} MB`;
}

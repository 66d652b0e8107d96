import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDisk, checkIncidents, checkSource, type SourceCount } from './checks.ts';
import { measureDisk, type DiskUse } from './disk-sample.ts';
import { applyFault } from './faults.ts';
import { PER_YEAR, type FaultName } from './fault-plan.ts';
import { BOUNDS } from './year-machine.ts';
import { YearRun } from './year-run.ts';

/** What came of a year. */
export interface YearReport {
  readonly seed: number;
  readonly days: number;
  /** Something that had to hold did not; nothing was said about a kind of fault that never fired. */
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  readonly findings: readonly string[];
  readonly neverFired: readonly string[];
  readonly fired: Readonly<Record<string, number>>;
  readonly sources: readonly SourceCount[];
  readonly commits: number;
  readonly starts: number;
  readonly cooldowns: number;
  readonly longestCooldownMs: number;
  readonly exits: Readonly<Record<string, number>>;
  readonly hangsEnded: number;
  readonly slowestHangMs: number;
  readonly incidents: Readonly<Record<string, number>>;
  /** Incidents that had to be there, as the faults say. */
  readonly incidentsExpected: number;
  readonly reached: readonly string[];
  readonly log: {
    readonly lines: number;
    readonly bySize: number;
    readonly byAge: number;
    readonly largest: number;
  };
  readonly disk: readonly DiskUse[];
  readonly growthPerYear: number;
  readonly maxDisk: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Without faults, so that everything that is owed can be done; a part of a short run. */
const CALM_DAYS = 10;
/** The last publication is 22 h old at the end: every source has polled since, and none is late. */
const END_MS = 10 * HOUR_MS;
/** From then on raw pages are dropped as fast as they come. */
const STEADY_DAY = BOUNDS.rawRetentionMs / DAY_MS + 20;

/** Runs a year (or so many days) by its seed, and judges it. Nothing of it is left on the disk. */
export async function runYear(options: {
  readonly seed: number;
  readonly days: number;
  readonly onMonth?: (use: DiskUse, run: YearRun) => void;
}): Promise<YearReport> {
  const { seed, days, onMonth } = options;
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-year-'));
  try {
    const calmDays = Math.min(CALM_DAYS, Math.floor(days / 4));
    const run = new YearRun({ seed, days, calmDays, folder, apply: applyFault });
    const disk = await live(run, days, calmDays, (use) => onMonth?.(use, run));
    return await judge(run, { seed, days, disk });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function live(
  run: YearRun,
  days: number,
  calmDays: number,
  onMonth: (use: DiskUse) => void,
): Promise<readonly DiskUse[]> {
  const disk: DiskUse[] = [];
  run.machine.startSupervisor();
  for (let month = 1; month <= 12; month += 1) {
    const day = Math.round((month * days) / 12);
    const calm = days - calmDays;
    if (!run.isCalm && day >= calm) {
      await run.until(calm * DAY_MS);
      run.calm();
    }
    await run.until(day * DAY_MS);
    if (!existsSync(run.machine.file)) continue;
    disk.push(measureDisk(run.machine, day));
    onMonth(disk.at(-1) as DiskUse);
  }
  await run.until(days * DAY_MS + END_MS);
  await run.untilIdle();
  return disk;
}

interface Facts {
  readonly seed: number;
  readonly days: number;
  readonly disk: readonly DiskUse[];
}

async function judge(run: YearRun, { seed, days, disk }: Facts): Promise<YearReport> {
  const { machine } = run;
  const findings = [...machine.troubles];
  await machine.stopSupervisor();
  findings.push(...machine.model.findings, ...machine.watchdog.findings, ...checkDisk(run, disk));
  const store = machine.openStore();
  const sources: SourceCount[] = [];
  for (const { source } of machine.upstreams)
    sources.push(await checkSource(run, store, source.id, findings));
  findings.push(...(await checkIncidents(run, store)));
  for await (const { key, problem } of store.verify()) findings.push(`verify: ${key}: ${problem}`);
  await store.close();
  const neverFired = neverFiredOf(run, days);
  return {
    seed,
    days,
    verdict: findings.length > 0 ? 'invalid' : neverFired.length > 0 ? 'unknown' : 'valid',
    findings,
    neverFired,
    fired: run.fired,
    sources,
    incidents: byCause(run),
    incidentsExpected: run.expected.length,
    disk,
    growthPerYear: growthPerYear(disk),
    maxDisk: BOUNDS.maxDisk,
    ...countsOf(run),
  };
}

function countsOf({ machine }: YearRun) {
  const { commits, exits, reached, log, model, watchdog } = machine;
  return {
    commits,
    exits,
    reached: [...reached].toSorted(),
    starts: model.starts,
    cooldowns: model.cooldowns,
    longestCooldownMs: model.longestCooldownMs,
    hangsEnded: watchdog.hangsEnded,
    slowestHangMs: watchdog.slowestMs,
    log: { lines: log.lines, bySize: log.rotated.size, byAge: log.rotated.age, largest: log.largestTotal },
  };
}

/** Faults that never happened, and consequences that they ought to have had. */
function neverFiredOf({ fired, machine }: YearRun, days: number): readonly string[] {
  const names: (FaultName | 'sleep-linux' | 'sleep-darwin')[] = Object.keys(PER_YEAR) as FaultName[];
  const { log, model, watchdog, exits, upstreams } = machine;
  const faults = upstreams.flatMap(({ upstream }) =>
    upstream.ledger.entries.flatMap((entry) => (entry.type === 'fault' ? [entry.name] : [])),
  );
  const effects: Record<string, number> = {
    'upstream-fault': faults.length,
    'upstream-throttle': faults.filter((name) => /^429|^503-/.test(name)).length,
    'upstream-refusal': upstreams.reduce((sum, { refused }) => sum + refused, 0),
    'network-refusal': machine.network.refused,
    cooldown: model.cooldowns,
    'hang-ended': watchdog.hangsEnded,
    'memory-recycle': exits['oom'] ?? 0,
    // A short run has too few lines.
    ...(days >= 365 ? { 'log-by-size': log.rotated.size, 'log-by-age': log.rotated.age } : {}),
  };
  return [
    ...[...names, 'sleep-linux' as const, 'sleep-darwin' as const].filter((name) => (fired[name] ?? 0) === 0),
    ...Object.keys(effects).filter((name) => effects[name] === 0),
  ];
}

function byCause({ machine }: YearRun): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cause } of machine.incidents.values()) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}

/** By the first and last sample once raw pages are dropped as fast as they come; of a short run, by all of it. */
function growthPerYear(disk: readonly DiskUse[]): number {
  const steady = disk.filter(({ day }) => day >= STEADY_DAY);
  const [first, last] = steady.length > 1 ? [steady[0], steady.at(-1)] : [disk[0], disk.at(-1)];
  if (first === undefined || last === undefined || first.day === last.day) return 0;
  return Math.round(((last.store - first.store) * 365) / (last.day - first.day));
}

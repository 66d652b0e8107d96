import { formatDuration } from '@holdfast/resilience/clock';
import { plain } from '../terminal/escape.ts';
import type { Look } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { fit } from '../terminal/width.ts';
import { helpersDown } from '../../status/degraded.ts';
import type { StatusReport } from '../../status/status-report.ts';
import { nextCommands } from '../../status/verdict.ts';
import { incidentLines } from './incident-lines.ts';
import { bytes, grouped, shortSpan } from './quantities.ts';
import { sourceHeading, sourceLines } from './source-lines.ts';

/** The status for people: lines of at most `look.columns` columns. */
export function renderStatus(report: StatusReport, look: Look, now: number): string[] {
  return [
    ...headLines(report, look, now),
    '',
    fit(sourceHeading(look), look.columns),
    ...report.sources.flatMap((source) => sourceLines(source, look, now)),
    '',
    ...incidentLines(report.incidents, look),
    ...tailLines(report, look),
  ];
}

function headLines(report: StatusReport, look: Look, now: number): string[] {
  const { engine } = report;
  const style = engine.state === 'running' ? 'green' : engine.state === 'starting' ? 'cyan' : 'red';
  const dot = look.fancy ? (engine.state === 'running' ? '● ' : '○ ') : '';
  const state = `${dot}${engine.state.toUpperCase()}`;
  return [
    `${paint(look, style, state)}  ${fit(engineFacts(report, now).join(sep(look)), look.columns - state.length - 2)}`,
    ...helperLines(report, look, now),
    fit(`  Store ${storeFacts(report).join(sep(look))}`, look.columns),
    ...backupLine(report, look, now),
    ...[machineFacts(report)]
      .filter((facts) => facts.length > 0)
      .map((facts) => fit(`  ${facts.join(sep(look))}`, look.columns)),
  ];
}

function engineFacts({ engine }: StatusReport, now: number): string[] {
  const restarts = Object.entries(engine.restarts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  const next = engine.nextStartAt === null ? null : Math.max(0, Date.parse(engine.nextStartAt) - now);
  return [
    ...(engine.pid === null
      ? []
      : [`up ${formatDuration(engine.uptimeSeconds * 1_000)}`, `pid ${engine.pid}`]),
    ...(next === null ? [] : [`starts again in ${formatDuration(next)}`]),
    ...(restarts === '' ? [] : [`restarts ${restarts}`]),
    `v${plain(engine.version)}`,
  ];
}

/** Nothing while all is well: a child beside the engine is told of when it does not work. */
function helperLines(report: StatusReport, look: Look, now: number): string[] {
  return helpersDown(report).map(({ name, mode, nextStartAt }) => {
    const next = nextStartAt === null ? null : Math.max(0, Date.parse(nextStartAt) - now);
    const silent = mode === 'hung' ? ', gives no sign of life' : '';
    const facts = next === null ? silent : `, starts again in ${formatDuration(next)}`;
    return paint(look, 'red', fit(`  ${plain(name)} ${mode.toUpperCase()}${facts}`, look.columns));
  });
}

function storeFacts({ store }: StatusReport): string[] {
  return [
    `${grouped(store.records)} records`,
    bytes(store.bytes),
    ...(store.auditCompleteUntil === null ? [] : [`audited complete to ${store.auditCompleteUntil}`]),
  ];
}

/** Nothing before the first one: who makes none need not read of it. */
function backupLine({ store: { backup } }: StatusReport, look: Look, now: number): string[] {
  if (backup === null) return [];
  const since = (at: string): string => `${shortSpan(Math.max(0, now - Date.parse(at)))} ago`;
  if (backup.ok) return [fit(`  Backup ${since(backup.at)}, tested`, look.columns)];
  const good =
    backup.lastSuccessAt === null ? 'none passed so far' : `last good ${since(backup.lastSuccessAt)}`;
  return [paint(look, 'red', fit(`  Backup FAILED ${since(backup.at)}, ${good}`, look.columns))];
}

function machineFacts({ disk, machine }: StatusReport): string[] {
  const { freeBytes, maxDisk, fullInDays } = disk;
  return [
    ...(freeBytes === null ? [] : [`Disk ${bytes(freeBytes)} free`]),
    ...(maxDisk === null ? [] : [`bound ${bytes(maxDisk)}`]),
    ...(fullInDays === null ? [] : [`full in ${grouped(Math.floor(fullInDays))} days`]),
    ...(machine?.network === 'down' ? ['offline'] : []),
    ...(machine?.awake ? [`keep-awake ${plain(machine.awake.says)}`] : []),
  ];
}

function tailLines(report: StatusReport, look: Look): string[] {
  const { store, sources } = report;
  const open = sources.reduce((total, { windows }) => total + windows.open, 0);
  const counts = [
    `Windows open ${grouped(open)}`,
    `quarantine ${grouped(store.quarantined)}${store.quarantined > 0 ? ' (holdfast quarantine)' : ''}`,
    `gaps ${grouped(store.gapsOpen)}${store.gapsOpen > 0 ? ' (holdfast gaps)' : ''}`,
  ];
  return [
    fit(counts.join(sep(look)), look.columns),
    fit(`Next: ${plain(nextCommands(report).slice(0, 3).join(sep(look)))}`, look.columns),
  ];
}

function sep(look: Look): string {
  return look.fancy ? ' · ' : ' | ';
}

import { formatDuration } from '@holdfast/resilience/clock';
import type { Look, Style } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { plain } from '../terminal/escape.ts';
import { fit, pad } from '../terminal/width.ts';
import type { SourceStatus, StatusReport } from '../../status/status-report.ts';

/** A mark for each state, told by its shape and not by its colour alone; the second is for `--plain`. */
const MARKS: Readonly<Record<string, readonly [fancy: string, plain: string, style: Style]>> = {
  ok: ['✓', '+', 'green'],
  'catching-up': ['↻', '..', 'cyan'],
  waiting: ['▲', '!', 'yellow'],
  throttled: ['◆', '!', 'yellow'],
  blocked: ['✗', 'X', 'red'],
  'auth-needed': ['⚿', 'X', 'red'],
  offline: ['○', 'o', 'dim'],
  asleep: ['◌', 'o', 'dim'],
  stale: ['△', '!', 'yellow'],
  paused: ['‖', '-', 'dim'],
  disabled: ['·', '-', 'dim'],
};

/** The status for people: lines of at most `look.columns` columns. */
export function renderStatus(report: StatusReport, look: Look, now: number): string[] {
  return [
    ...headLines(report, look),
    '',
    pad('SOURCE', 14) + pad('STATE', 15) + pad('RECORDS', 12, 'left') + pad('FRESH', 10, 'left') + '  NEXT',
    ...report.sources.flatMap((source) => sourceLines(source, look, now)),
    '',
    ...tailLines(report, look),
  ];
}

function headLines({ engine, store }: StatusReport, look: Look): string[] {
  const style = engine.state === 'running' ? 'green' : engine.state === 'starting' ? 'cyan' : 'red';
  const dot = look.fancy ? (engine.state === 'running' ? '● ' : '○ ') : '';
  const state = paint(look, style, `${dot}${engine.state.toUpperCase()}`);
  const up =
    engine.pid === null ? [] : [`up ${formatDuration(engine.uptimeSeconds * 1_000)}`, `pid ${engine.pid}`];
  const restarts = Object.entries(engine.restarts).filter(([, count]) => count > 0);
  const again = restarts.map(([reason, count]) => `${count} ${reason}`).join(', ');
  const facts = [...up, ...(again === '' ? [] : [`restarts ${again}`]), `v${engine.version}`];
  const audited =
    store.auditCompleteUntil === null ? '' : ` ${sep(look)} audited complete to ${store.auditCompleteUntil}`;
  return [
    `${state}  ${fit(facts.join(` ${sep(look)} `), look.columns - 16)}`,
    fit(
      `  Store ${grouped(store.records)} records ${sep(look)} ${bytes(store.bytes)}${audited}`,
      look.columns,
    ),
  ];
}

function sourceLines(source: SourceStatus, look: Look, now: number): string[] {
  const [fancy, ascii, style] = MARKS[source.state] ?? ['?', '?', 'yellow'];
  const state = pad(`${look.fancy ? fancy : ascii} ${source.state}`, 15);
  const line =
    pad(fit(source.id, 13), 14) +
    paint(look, style, state) +
    pad(grouped(source.recordsTotal), 12, 'left') +
    pad(age(source.lastSuccessAt, now), 10, 'left') +
    `  ${until(source.nextAttemptAt, now)}`;
  if (source.state === 'ok' || source.reason === '') return [line];
  const attempt = source.attempt > 0 ? `try ${source.attempt}, ` : '';
  const branch = look.fancy ? '└ ' : '- ';
  return [line, fit(`${' '.repeat(14)}${branch}${attempt}${plain(source.reason)}`, look.columns)];
}

function tailLines({ store, sources, engine, incidents }: StatusReport, look: Look): string[] {
  const open = sources.reduce((total, { windows }) => total + windows.open, 0);
  const counts = [
    `Windows open ${grouped(open)}`,
    `quarantine ${grouped(store.quarantined)}${store.quarantined > 0 ? ' (holdfast quarantine)' : ''}`,
    `gaps ${grouped(store.gapsOpen)}${store.gapsOpen > 0 ? ' (holdfast gaps)' : ''}`,
    ...(incidents.length > 0 ? [`incidents ${incidents.length}`] : []),
  ];
  return [
    fit(counts.join(` ${sep(look)} `), look.columns),
    fit(`Next: ${nextCommand(sources, engine.state)}`, look.columns),
  ];
}

function nextCommand(sources: readonly SourceStatus[], engine: string): string {
  if (engine === 'stopped') return 'holdfast run';
  const waiting = sources.find(({ state }) => ['waiting', 'throttled', 'blocked'].includes(state));
  return waiting === undefined
    ? 'holdfast search WORDS, holdfast export --format jsonl'
    : `holdfast retry ${waiting.id}`;
}

function sep(look: Look): string {
  return look.fancy ? '·' : '|';
}

function age(instant: string | null, now: number): string {
  return instant === null ? '-' : formatDuration(Math.max(0, now - Date.parse(instant)));
}

function until(instant: string | null, now: number): string {
  if (instant === null) return '-';
  const left = Date.parse(instant) - now;
  return left <= 0 ? 'now' : `in ${formatDuration(left)}`;
}

/** A whole number with commas between groups of three digits. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A size for people, in powers of ten. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}

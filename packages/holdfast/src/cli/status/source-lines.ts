import { formatDuration } from '@holdfast/resilience/clock';
import type { SourceStatus } from '../../status/status-report.ts';
import { plain } from '../terminal/escape.ts';
import type { Look, Style } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { fit, pad } from '../terminal/width.ts';
import { dayBar } from './day-bar.ts';
import { grouped, shortSpan } from './quantities.ts';

/** A mark for each state, told by its shape and not by its colour alone; the second is for `--plain`. */
const MARKS: Readonly<Record<string, readonly [fancy: string, plain: string, style: Style]>> = {
  ok: ['✓', '+', 'green'],
  'catching-up': ['↻', '~', 'cyan'],
  waiting: ['▲', '!', 'yellow'],
  throttled: ['◆', '!', 'yellow'],
  blocked: ['✗', 'X', 'red'],
  'auth-needed': ['⚿', 'X', 'red'],
  offline: ['○', 'o', 'dim'],
  asleep: ['◌', 'z', 'dim'],
  stale: ['△', '!', 'yellow'],
  paused: ['‖', '-', 'dim'],
  disabled: ['·', '-', 'dim'],
};

/** Columns of id, state, freshness, bar and records; what is left belongs to the next try. */
const ID = 11;
const STATE = 15;
const FRESH = 5;
const BAR = 24;
const RECORDS = 11;
const WITH_BAR = ID + STATE + FRESH + 2 + BAR + RECORDS + 2 + 10;

/** The heading of the sources' lines. */
export function sourceHeading(look: Look): string {
  const bar = hasBar(look) ? `  ${pad(look.fancy ? '24h ▏now' : '24h to now', BAR)}` : '';
  return (
    pad('SOURCE', ID) +
    pad('STATE', STATE) +
    pad('FRESH', FRESH, 'left') +
    bar +
    pad('RECORDS', RECORDS, 'left') +
    '  NEXT'
  );
}

/** The lines of a source, none wider than the terminal: how it stands and, unless all is well, why. */
export function sourceLines(source: SourceStatus, look: Look, now: number): string[] {
  const [fancy, ascii, style] = MARKS[source.state] ?? ['?', '?', 'yellow'];
  const id = plain(source.id);
  const bar = hasBar(look) ? `  ${pad(dayBar(source.timeline, look), BAR)}` : '';
  // A longer name has a line of its own, so that two that begin alike are told apart.
  const tall = id.length >= ID;
  const rest =
    pad(age(source.lastSuccessAt, now), FRESH, 'left') +
    bar +
    pad(grouped(source.recordsTotal), RECORDS, 'left') +
    `  ${until(source.nextAttemptAt, now)}`;
  const state = fit(pad(`${look.fancy ? fancy : ascii} ${plain(source.state)}`, STATE), STATE);
  const line =
    pad(tall ? '' : id, ID) + paint(look, style, state) + fit(rest, Math.max(1, look.columns - ID - STATE));
  const head = tall ? [fit(id, look.columns), line] : [line];
  if (source.state === 'ok' || source.reason === '') return head;
  const attempt = source.attempt > 0 ? `try ${source.attempt}, ` : '';
  const branch = look.fancy ? '└ ' : '- ';
  return [...head, fit(`${' '.repeat(ID)}${branch}${attempt}${plain(source.reason)}`, look.columns)];
}

function hasBar({ columns }: Look): boolean {
  return columns >= WITH_BAR;
}

function age(instant: string | null, now: number): string {
  return instant === null ? '-' : shortSpan(now - Date.parse(instant));
}

function until(instant: string | null, now: number): string {
  if (instant === null) return '-';
  const left = Date.parse(instant) - now;
  return left <= 0 ? 'now' : `in ${formatDuration(left)}`;
}

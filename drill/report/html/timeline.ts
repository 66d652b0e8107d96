import type { Row } from '../../judge.ts';
import { escape } from '../escape.ts';
import { duration } from '../format.ts';
import { groupOf } from '../groups.ts';
import { MARKS, WORDS } from '../style.ts';

const WIDTH = 900;
const LEFT = 150;
const RIGHT = 20;
const LANE = 18;
const BAR = 12;
const TOP = 22;

/** A row with the lane that it has for itself while it lasts. */
interface Placed {
  readonly row: Row;
  readonly lane: number;
}

/** The whole drill as a picture: a bar a row, in colour and in shape by its verdict. */
export function timelineOf(rows: readonly Row[]): string {
  const played = rows.filter(({ startedAt }) => startedAt > 0);
  const from = Math.min(...played.map(({ startedAt }) => startedAt));
  const until = Math.max(...played.map(({ startedAt, tookMs }) => startedAt + tookMs));
  if (!Number.isFinite(from)) return '';
  const span = Math.max(1, until - from);
  const x = (at: number): number => LEFT + ((at - from) / span) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  let top = TOP;
  for (const [title, group] of Map.groupBy(played, groupOf)) {
    const { placed, lanes } = place(group, span / 60);
    parts.push(
      `<line class="grid" x1="0" x2="${String(WIDTH)}" y1="${String(top)}" y2="${String(top)}"/>`,
      `<text x="4" y="${String(top + 13)}">${escape(short(title))}</text>`,
      ...placed.map(({ row, lane }) => bar(row, x, top + 3 + lane * LANE)),
    );
    top += lanes * LANE + 2;
  }
  const label = `Timeline of ${String(played.length)} rows in ${duration(span)}; the tables below tell the same.`;
  return [
    `<svg viewBox="0 0 ${String(WIDTH)} ${String(top + 4)}" role="img" aria-label="${escape(label)}">`,
    ...ticks(span, (ms) => x(from + ms), top),
    ...parts,
    '</svg>',
  ].join('\n');
}

/** Each row in the first lane that is free when it begins; what is shorter than `least` takes up as much as that. */
function place(rows: readonly Row[], least: number): { placed: readonly Placed[]; lanes: number } {
  const free: number[] = [];
  const placed = rows
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .map((row) => {
      const found = free.findIndex((at) => at <= row.startedAt);
      const lane = found === -1 ? free.length : found;
      free[lane] = row.startedAt + Math.max(row.tookMs, least);
      return { row, lane };
    });
  return { placed, lanes: Math.max(1, free.length) };
}

function bar(row: Row, x: (at: number) => number, y: number): string {
  const { name, verdict, startedAt, tookMs } = row;
  const left = x(startedAt);
  const wide = Math.max(3, x(startedAt + tookMs) - left - 1);
  const title = `<title>${escape(`${name}: ${WORDS[verdict]}, ${duration(tookMs)}`)}</title>`;
  return `<g class="is-${verdict}">${title}${shape(verdict, left, y, wide)}</g>`;
}

/** Full, crossed by a wedge, dashed, or a ring: without its colour each is told from the others too. */
function shape(verdict: Row['verdict'], left: number, y: number, wide: number): string {
  const box = `x="${fixed(left)}" y="${fixed(y)}" width="${fixed(wide)}" height="${String(BAR)}" rx="2"`;
  switch (verdict) {
    case 'valid':
      return `<rect ${box}/>`;
    case 'invalid': {
      const middle = left + wide / 2;
      return `<rect class="hollow" ${box}/><path d="M${fixed(middle - 6)} ${fixed(y)}h12l-6 ${String(BAR)}z"/>`;
    }
    case 'unknown':
      return `<rect class="dashed" ${box}/>`;
    case 'not-covered':
      return `<circle class="hollow" cx="${fixed(left + 4)}" cy="${fixed(y + BAR / 2)}" r="4"/>`;
  }
}

function ticks(span: number, x: (ms: number) => number, bottom: number): readonly string[] {
  const step = STEPS.find((each) => span / each <= 8) ?? span;
  const lines: string[] = [];
  for (let at = 0; at <= span; at += step)
    lines.push(
      `<line class="grid" x1="${fixed(x(at))}" x2="${fixed(x(at))}" y1="16" y2="${String(bottom)}"/>`,
      `<text class="soft" x="${fixed(x(at))}" y="12" text-anchor="${at === 0 ? 'start' : 'middle'}">${at === 0 ? '0' : tick(at)}</text>`,
    );
  return lines;
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400].map(
  (seconds) => seconds * 1_000,
);

function tick(ms: number): string {
  if (ms < 1_000) return `${String(ms)} ms`;
  if (ms < 60_000) return `${String(ms / 1_000)} s`;
  return ms < 3_600_000 ? `${String(ms / 60_000)} min` : `${String(ms / 3_600_000)} h`;
}

/** What each shape means, in words. */
export const KEY: readonly (readonly [Row['verdict'], string])[] = [
  ['valid', `${MARKS.valid} valid: full bar`],
  ['invalid', `${MARKS.invalid} invalid: hollow bar with a wedge`],
  ['unknown', `${MARKS.unknown} unknown: dashed bar`],
  ['not-covered', `${MARKS['not-covered']} not covered: ring`],
];

function short(title: string): string {
  const [head = title] = title.split(':');
  return head.length > 20 ? `${head.slice(0, 19)}…` : head;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}

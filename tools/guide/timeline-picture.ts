import { escape } from './terminal-picture.ts';

/** A moment or a span on a lane, ms from the start. */
export interface Mark {
  readonly at: number;
  /** Left out: a moment. */
  readonly until?: number;
  readonly look: 'good' | 'bad' | 'wait' | 'fault' | 'start' | 'commit';
  readonly label?: string;
}

/** One line of a timeline. */
export interface Lane {
  readonly name: string;
  readonly marks: readonly Mark[];
}

const COLOURS: Readonly<Record<Mark['look'], string>> = {
  good: '#11692f',
  bad: '#a81e1e',
  wait: '#d99a1c',
  fault: '#e9b4b0',
  start: '#0b57a4',
  commit: '#11692f',
};
const [WIDTH, LEFT, ROW, TOP] = [860, 120, 46, 20];

/** Draws what happened when, on lanes, from zero to the last mark. */
export function timelinePicture(title: string, lanes: readonly Lane[]): string {
  const end = Math.max(1, ...lanes.flatMap(({ marks }) => marks.map(({ at, until }) => until ?? at)));
  const x = (ms: number): number => LEFT + (ms / end) * (WIDTH - LEFT - 30);
  const height = TOP + lanes.length * ROW + 34;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${String(WIDTH)}" height="${String(height)}" fill="#ffffff"/>`,
    `<g font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" font-size="13" fill="#1a1d21">`,
    ...lanes.flatMap((lane, row) => laneLines(lane, TOP + row * ROW, x)),
    ...scale(end, x, TOP + lanes.length * ROW),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function laneLines({ name, marks }: Lane, top: number, x: (ms: number) => number): string[] {
  const middle = top + ROW / 2;
  return [
    `<text x="8" y="${String(middle + 4)}" font-weight="600">${escape(name)}</text>`,
    `<line x1="${String(LEFT)}" x2="${String(WIDTH - 20)}" y1="${String(middle)}" y2="${String(middle)}" stroke="#d5d9df"/>`,
    ...marks.map((mark) => drawn(mark, middle, x)),
  ];
}

/** Shapes differ beside colours: bars are spans, ticks requests, crosses failures, dots commits, triangles starts. */
function drawn({ at, until, look, label }: Mark, y: number, x: (ms: number) => number): string {
  const colour = COLOURS[look];
  const left = x(at);
  const text =
    label === undefined
      ? ''
      : `<text x="${left.toFixed(1)}" y="${String(y - 13)}" font-size="11">${escape(label)}</text>`;
  if (until !== undefined) {
    const width = Math.max(2, x(until) - left);
    return `${text}<rect x="${left.toFixed(1)}" y="${String(y - 9)}" width="${width.toFixed(1)}" height="18" rx="3" fill="${colour}"/>`;
  }
  switch (look) {
    case 'commit':
      return `${text}<circle cx="${left.toFixed(1)}" cy="${String(y)}" r="4" fill="${colour}"/>`;
    case 'start':
      return `${text}<path d="M${left.toFixed(1)} ${String(y - 8)}l9 8l-9 8z" fill="${colour}"/>`;
    case 'bad':
    case 'fault':
      return `${text}<path d="M${(left - 5).toFixed(1)} ${String(y - 6)}l10 12m0 -12l-10 12" stroke="${COLOURS.bad}" stroke-width="2.5" fill="none"/>`;
    default:
      return `${text}<line x1="${left.toFixed(1)}" x2="${left.toFixed(1)}" y1="${String(y - 9)}" y2="${String(y + 9)}" stroke="${colour}" stroke-width="2.5"/>`;
  }
}

function scale(end: number, x: (ms: number) => number, y: number): string[] {
  const step = [200, 500, 1_000, 2_000, 5_000, 10_000, 30_000].find((each) => end / each <= 9) ?? 60_000;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => {
    const at = index * step;
    return `<text x="${x(at).toFixed(1)}" y="${String(y + 18)}" font-size="11" fill="#525a65" text-anchor="middle">${(at / 1000).toFixed(step < 1_000 ? 1 : 0)} s</text>`;
  });
}

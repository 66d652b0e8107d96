import { TIMELINE_LETTERS } from '../../model/timeline.ts';
import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';
import { span } from './words.ts';

/** What is said of each letter, and how high its bar is in a height of 20: a fault is told by its shape too. */
interface Cell {
  readonly words: string;
  readonly height: number;
}

const CELLS: Readonly<Record<string, Cell>> = {
  [TIMELINE_LETTERS.ok]: { words: 'ok', height: 20 },
  [TIMELINE_LETTERS['catching-up']]: { words: 'catching up', height: 17 },
  [TIMELINE_LETTERS.waiting]: { words: 'waiting', height: 12 },
  [TIMELINE_LETTERS.throttled]: { words: 'throttled', height: 12 },
  [TIMELINE_LETTERS.stale]: { words: 'stale', height: 8 },
  [TIMELINE_LETTERS.blocked]: { words: 'blocked', height: 8 },
  [TIMELINE_LETTERS['auth-needed']]: { words: 'login needed', height: 8 },
  [TIMELINE_LETTERS.offline]: { words: 'this machine offline', height: 20 },
  [TIMELINE_LETTERS.asleep]: { words: 'this machine asleep', height: 20 },
  [TIMELINE_LETTERS.paused]: { words: 'paused', height: 4 },
  [TIMELINE_LETTERS.disabled]: { words: 'disabled', height: 4 },
};
const UNKNOWN: Cell = { words: 'nothing known', height: 2 };
const CELL_WIDTH = 5;
const HEIGHT = 20;

/** Bars that were drawn: most sources share one, all of it ok. */
const drawn = new Map<string, Html>();
const MOST_KEPT = 1_000;

/** The last day of a source as a picture that says in words what it shows. */
export function dayBar(timeline: string, slotSeconds: number): Html {
  const known = drawn.get(timeline);
  if (known) return known;
  const bar = draw(timeline, slotSeconds);
  if (drawn.size >= MOST_KEPT) drawn.clear();
  drawn.set(timeline, bar);
  return bar;
}

function draw(timeline: string, slotSeconds: number): Html {
  const width = timeline.length * CELL_WIDTH;
  return html`<svg
    class="day"
    role="img"
    aria-label="${summary(timeline, slotSeconds)}"
    viewBox="0 0 ${width} ${HEIGHT}"
    preserveAspectRatio="none"
  >
    ${shapes(timeline)}
    <path class="cells" d="M0 0h${width}v${HEIGHT}H0z" />
  </svg>`;
}

/** One shape per letter, of all its cells; equal cells side by side are one: a page with many sources stays small. */
function shapes(timeline: string): Html[] {
  const outlines = new Map<string, string>();
  for (const { 0: same, index } of timeline.matchAll(/(.)\1*/gs)) {
    const name = same.charAt(0) in CELLS ? same.charAt(0) : 'u';
    const { height } = CELLS[name] ?? UNKNOWN;
    const from = index * CELL_WIDTH;
    const outline = `M${from} ${HEIGHT - height}h${same.length * CELL_WIDTH}V${HEIGHT}H${from}z`;
    outlines.set(name, (outlines.get(name) ?? '') + outline);
  }
  return [...outlines].map(([name, outline]) => html`<path class="t-${name}" d="${outline}" />`);
}

/** How long each state lasted, longest first. */
function summary(timeline: string, slotSeconds: number): string {
  const slots = new Map<string, number>();
  for (const letter of timeline) {
    const { words } = CELLS[letter] ?? UNKNOWN;
    slots.set(words, (slots.get(words) ?? 0) + 1);
  }
  const parts = [...slots]
    .sort(([, a], [, b]) => b - a)
    .map(([words, count]) => `${words} ${span(count * slotSeconds)}`);
  return `Last 24 hours: ${parts.join(', ')}`;
}

/** What the shapes of the bars mean. */
export const LEGEND: readonly (readonly [letter: string, words: string])[] = [
  ['o', 'ok'],
  ['c', 'catching up'],
  ['w', 'waiting, throttled'],
  ['b', 'stale, blocked, login needed'],
  ['z', 'this machine offline or asleep'],
  ['p', 'paused, disabled'],
  ['u', 'nothing known'],
];

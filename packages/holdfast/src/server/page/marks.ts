import type { SourceStateName } from '../../model/event.ts';
import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';

/** How a state is drawn: a shape and a colour of its own. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'own';

/** The tone of each state. What is our own doing (offline, asleep) is never the colour of a fault. */
export const TONES: Readonly<Record<SourceStateName, Tone>> = {
  ok: 'good',
  'catching-up': 'busy',
  waiting: 'wait',
  throttled: 'wait',
  stale: 'bad',
  blocked: 'bad',
  'auth-needed': 'bad',
  offline: 'own',
  asleep: 'own',
  paused: 'own',
  disabled: 'own',
};

/** Shapes in a square of 16, drawn by their outline. */
const SHAPES: Readonly<Record<SourceStateName, string>> = {
  ok: 'M3 8.5l3.5 3.5L13 4.5',
  'catching-up': 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  waiting: 'M8 2.5L14 13H2zM8 6.5v3M8 11.2v.3',
  throttled: 'M8 2l6 6-6 6-6-6zM8 5.5v3M8 10.2v.3',
  stale: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.7V8l2.5 1.6',
  blocked: 'M4 4l8 8M12 4l-8 8',
  'auth-needed': 'M4 7.5h8V13H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  offline: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM3.8 3.8l8.4 8.4',
  asleep: 'M12.5 10A5.5 5.5 0 0 1 6 3.2 5.5 5.5 0 1 0 12.5 10z',
  paused: 'M5.5 3.5v9M10.5 3.5v9',
  disabled: 'M4 8h8',
};

/** Every shape once and the pattern of what is our own, to be referred to by name. */
export const DEFINITIONS: Html = html`<svg class="defs" aria-hidden="true" width="0" height="0">
  <defs>
    <pattern id="own" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="own-ground" width="4" height="4" />
      <rect class="own-line" width="1.6" height="4" />
    </pattern>
    <pattern id="grid" width="5" height="20" patternUnits="userSpaceOnUse">
      <rect class="grid" x="4" width="1" height="20" />
    </pattern>
    ${Object.entries(SHAPES).map(([name, path]) => html`<symbol id="s-${name}" viewBox="0 0 16 16"><path d="${path}" /></symbol>`)}
  </defs>
</svg>`;

const BADGES: ReadonlyMap<string, Html> = new Map(
  Object.entries(TONES).map(([state, tone]) => [
    state,
    html`<span class="state ${tone}"
      ><svg class="mark" aria-hidden="true"><use href="#s-${state}" /></svg>${state}</span
    >`,
  ]),
);

/** A state as shape, word and colour. */
export function stateBadge(state: string): Html {
  return BADGES.get(state) ?? html`<span class="state wait">${state}</span>`;
}

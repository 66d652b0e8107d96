import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';
import { secondOf } from './words.ts';

/** An instant to come; a script counts down to it by the server's clock, without one its time of day is read. */
export function countdown(instant: string): Html {
  return html`<time datetime="${instant}" data-until>at ${secondOf(instant)} UTC</time>`;
}

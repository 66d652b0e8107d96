import type { Problem } from '../problem.ts';
import { html } from '../../markup/html.ts';
import { layout } from './layout.ts';

/** What a person sees instead of the page that was asked for. */
export function problemPage({ status, code, message, hint }: Problem): string {
  const body = html`<header><p class="brand">Holdfast</p></header>
    <main id="main">
      <h1>${status === 404 ? 'Not found' : 'This cannot be shown'}</h1>
      <p>${message}</p>
      <p>${hint}</p>
      <p><code>${code}</code></p>
      <p><a href="/">To the overview</a></p>
    </main>`;
  return layout(`Holdfast: ${status === 404 ? 'not found' : 'an error'}`, body, false);
}

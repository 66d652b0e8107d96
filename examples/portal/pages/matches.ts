import { page } from '../exchange.ts';
import type { MemberExchange, Reply } from '../exchange.ts';
import { html } from '../html.ts';
import { layout, pager } from '../layout.ts';
import { pageOf } from './page-of.ts';
import { notFound } from './plain-pages.ts';
import type { World } from '../world.ts';

/** GET /matches?page=N */
export function matchesPage(exchange: MemberExchange, world: World): Reply {
  const shown = pageOf(world.corpus.matches, exchange.query.get('page'), world.settings.perPage);
  if (!shown) return notFound(exchange.session);
  const rows = shown.items.map(
    (match) =>
      html`<li class="match" data-id="${match.id}">
        <div class="row">
          <a class="name" href="/matches/${match.id}">${match.name}</a>
          <span class="score">${match.score.toFixed(1)}</span>
        </div>
        <p class="soft about">${match.about}</p>
      </li> `,
  );
  const content = html`<div data-pages="${shown.pages}" data-page="${shown.page}">
      <ul>
        ${rows}
      </ul>
    </div>
    ${pager('/matches', shown.page, shown.pages)}`;
  return page(layout('Matches', content, exchange.session));
}

/** GET /matches/:id */
export function matchPage(exchange: MemberExchange, world: World): Reply {
  const match = world.match(exchange.id);
  if (!match) return notFound(exchange.session);
  const content = html`<div class="card match" data-id="${match.id}">
    <dl>
      <dt>Name</dt>
      <dd class="name">${match.name}</dd>
      <dt>Score</dt>
      <dd class="score">${match.score.toFixed(1)}</dd>
      <dt>City</dt>
      <dd class="city">${match.city}</dd>
      <dt>About</dt>
      <dd class="about text">${match.about}</dd>
    </dl>
    <a href="/compose?to=${match.id}">Write a message</a>
  </div>`;
  return page(layout(match.name, content, exchange.session));
}

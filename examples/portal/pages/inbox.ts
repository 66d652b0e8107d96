import { page, redirect } from '../exchange.ts';
import type { MemberExchange, Reply } from '../exchange.ts';
import { html } from '../html.ts';
import { csrfField, layout, pager } from '../layout.ts';
import { pageOf } from './page-of.ts';
import { notFound } from './plain-pages.ts';
import type { World } from '../world.ts';

/** GET /inbox?page=N */
export function inboxPage(exchange: MemberExchange, world: World): Reply {
  const shown = pageOf(world.inbox, exchange.query.get('page'), world.settings.perPage);
  if (!shown) return notFound(exchange.session);
  const rows = shown.items.map((message) => {
    const state = world.isRead(message.id) ? 'read' : 'unread';
    return html`<li class="message ${state}" data-id="${message.id}" data-state="${state}">
      <div class="row">
        <a class="subject" href="/inbox/${message.id}">${message.subject}</a>
        <span class="soft from">${message.fromName}</span>
      </div>
    </li> `;
  });
  const content = html`<div data-pages="${shown.pages}" data-page="${shown.page}">
      <ul>
        ${rows}
      </ul>
    </div>
    ${pager('/inbox', shown.page, shown.pages)}`;
  return page(layout('Inbox', content, exchange.session));
}

/** GET /inbox/:id */
export function inboxMessagePage(exchange: MemberExchange, world: World): Reply {
  const message = world.message(exchange.id);
  if (!message) return notFound(exchange.session);
  const state = world.isRead(message.id) ? 'read' : 'unread';
  const button = (act: string, label: string) =>
    html`<form class="inline" method="post" action="/inbox/${message.id}/${act}">
      ${csrfField(exchange.session.csrf)}<button>${label}</button>
    </form>`;
  const content = html`<article class="card message ${state}" data-id="${message.id}" data-state="${state}">
    <p class="soft">
      From <a class="from" data-from="${message.from}" href="/matches/${message.from}">${message.fromName}</a>
    </p>
    <p class="subject">${message.subject}</p>
    <p class="text body">${message.body}</p>
    ${button('read', 'Mark as read')} ${button('archive', 'Archive')}
  </article>`;
  return page(layout('Message', content, exchange.session));
}

/** POST /inbox/:id/read */
export function readMessage(exchange: MemberExchange, world: World): Reply {
  if (!world.message(exchange.id)) return notFound(exchange.session);
  world.read(exchange.id, exchange.entry, exchange.session.name);
  return redirect(303, `/inbox/${exchange.id}`);
}

/** POST /inbox/:id/archive */
export function archiveMessage(exchange: MemberExchange, world: World): Reply {
  if (!world.message(exchange.id)) return notFound(exchange.session);
  world.archive(exchange.id, exchange.entry, exchange.session.name);
  return redirect(303, '/inbox');
}

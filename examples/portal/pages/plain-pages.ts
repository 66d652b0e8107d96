import { page } from '../exchange.ts';
import type { MemberExchange, Reply } from '../exchange.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { storageScript } from '../device-script.ts';
import type { Session } from '../sessions.ts';
import type { World } from '../world.ts';

/** GET / */
export function homePage(exchange: MemberExchange, world: World): Reply {
  const unread = world.inbox.filter((message) => !world.isRead(message.id)).length;
  const content = html`<ul>
    <li><a href="/matches">Matches</a> <span class="soft">${world.corpus.matches.length} people</span></li>
    <li><a href="/inbox">Inbox</a> <span class="soft" id="unread">${unread} unread</span></li>
    <li><a href="/sent">Sent</a> <span class="soft">${world.sent.length} messages</span></li>
  </ul>`;
  return page(layout(`Hello, ${exchange.session.user}`, content, exchange.session));
}

/** GET /storage */
export function storagePage(exchange: MemberExchange): Reply {
  const content = html`<div class="card" id="storage">
      <p class="soft">What this browser remembers as portal-device.</p>
      <noscript><p class="error">This page alone needs JavaScript.</p></noscript>
      <dl>
        <dt>localStorage</dt>
        <dd data-kind="local"></dd>
        <dt>sessionStorage</dt>
        <dd data-kind="session"></dd>
        <dt>IndexedDB</dt>
        <dd data-kind="indexeddb"></dd>
      </dl>
    </div>
    ${storageScript}`;
  return page(layout('Storage', content, exchange.session));
}

/** There is no such page. */
export function notFound(session?: Session): Reply {
  return problem(404, 'Not found', 'There is nothing at this address.', session);
}

/** A page that says what is wrong. */
export function problem(status: number, title: string, text: string, session?: Session): Reply {
  return page(layout(title, html`<p class="card error" id="problem">${text}</p>`, session), status);
}

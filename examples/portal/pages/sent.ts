import { formOf, page, redirect } from '../exchange.ts';
import type { MemberExchange, Reply } from '../exchange.ts';
import { html } from '../html.ts';
import { csrfField, layout } from '../layout.ts';
import { notFound, problem } from './plain-pages.ts';
import type { World } from '../world.ts';

/** GET /compose?to=ID */
export function composePage(exchange: MemberExchange, world: World): Reply {
  const match = world.match(exchange.query.get('to') ?? '');
  if (!match) return notFound(exchange.session);
  const content = html`<form id="compose" class="card stack" method="post" action="/messages">
    ${csrfField(exchange.session.csrf)}<input type="hidden" name="to" value="${match.id}" />
    <label>Message <textarea name="body" required></textarea></label>
    <label>Reference <input name="reference" autocomplete="off" /></label>
    <button>Send</button>
  </form>`;
  return page(layout(`To ${match.name}`, content, exchange.session));
}

/** POST /messages */
export function sendMessage(exchange: MemberExchange, world: World): Reply {
  const fields = formOf(exchange);
  const to = fields.get('to') ?? '';
  const body = (fields.get('body') ?? '').replaceAll('\r\n', '\n');
  if (!world.match(to)) return problem(404, 'Nobody', 'There is nobody of that name.', exchange.session);
  if (body.trim() === '') return problem(400, 'Empty', 'A message needs a text.', exchange.session);
  world.send({ to, body, reference: fields.get('reference') ?? '' }, exchange.entry, exchange.session.name);
  return redirect(303, '/sent');
}

/** GET /sent: all messages, the newest first. */
export function sentPage(exchange: MemberExchange, world: World): Reply {
  const rows = world.sent.map(
    (message) =>
      html`<li class="sent" data-to="${message.to}" data-reference="${message.reference}">
        <div class="row">
          <span>To <a href="/matches/${message.to}">${world.match(message.to)?.name ?? message.to}</a></span>
          <time class="soft" datetime="${new Date(message.at).toISOString()}"
            >${new Date(message.at).toISOString().slice(0, 16)}</time
          >
        </div>
        <p class="text body">${message.body}</p>
      </li> `,
  );
  const content =
    rows.length === 0
      ? html`<p class="soft">Nothing yet.</p>`
      : html`<ul>
          ${rows}
        </ul>`;
  return page(layout('Sent', content, exchange.session));
}

import { json } from './exchange.ts';
import type { MemberExchange, Reply } from './exchange.ts';
import { pageOf } from './pages/page-of.ts';
import type { World } from './world.ts';

/** GET /api/me */
export function me(exchange: MemberExchange): Reply {
  const { user, csrf, expiresAt, name } = exchange.session;
  return json({ user, csrf, expiresAt, session: name });
}

/** GET /api/matches?page=N */
export function apiMatches(exchange: MemberExchange, world: World): Reply {
  const shown = pageOf(world.corpus.matches, exchange.query.get('page'), world.settings.perPage);
  return shown ? json(shown) : json({ error: 'There is no such page.' }, 404);
}

/** GET /api/messages: what was sent, the newest first. */
export function apiMessages(_exchange: MemberExchange, world: World): Reply {
  return json({ items: world.sent });
}

/** POST /api/messages { to, body, reference } */
export function apiSend(exchange: MemberExchange, world: World): Reply {
  const given = objectOf(exchange.body);
  const text = (key: string): string => (typeof given?.[key] === 'string' ? given[key] : '');
  if (!world.match(text('to'))) return json({ error: 'There is nobody of that name.' }, 404);
  if (text('body').trim() === '') return json({ error: 'A message needs a text.' }, 400);
  const message = { to: text('to'), body: text('body'), reference: text('reference') };
  world.send(message, exchange.entry, exchange.session.name);
  return json(message, 201);
}

function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

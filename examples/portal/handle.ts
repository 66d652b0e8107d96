import { control } from './control.ts';
import { formOf, json, redirect } from './exchange.ts';
import type { Exchange, Reply } from './exchange.ts';
import { SESSION_COOKIE } from './login.ts';
import { bearerOf } from './oauth.ts';
import { notFound, problem } from './pages/plain-pages.ts';
import { routeOf } from './routes.ts';
import type { Route } from './routes.ts';
import type { Found, Session } from './sessions.ts';
import type { World } from './world.ts';

/** Handles a request: what it changes is in the ledger when this returns. */
export function handle(exchange: Exchange, world: World): Reply {
  if (isControl(exchange, world)) return control(exchange, world);
  const found = routeOf(exchange.method, exchange.path);
  if (!found) return notFound();
  if (found.route.access === 'open') return found.route.handle(exchange, world);
  const member = memberOf(exchange, world);
  if (member && 'expired' in member) {
    world.ledger.add('session-expired', { request: exchange.entry, session: member.expired.name });
  }
  if (!member || 'expired' in member) return refuse(exchange, found.route.access);
  if (exchange.method === 'POST' && !provesCsrf(exchange, found.route, member.session)) {
    world.ledger.add('csrf-refused', { request: exchange.entry, session: member.session.name });
    return found.route.access === 'api'
      ? json({ error: 'The x-csrf-token is missing or wrong.' }, 403)
      : problem(403, 'Refused', 'That form was too old, or not from here.', member.session);
  }
  return found.route.handle({ ...exchange, session: member.session, id: found.id }, world);
}

/** Whether a request is for /control, and that is served. */
export function isControl(exchange: Pick<Exchange, 'path'>, world: World): boolean {
  return world.settings.control && exchange.path.startsWith('/control/');
}

function memberOf(exchange: Exchange, world: World): Found {
  const bearer = exchange.path.startsWith('/api/') ? bearerOf(exchange) : undefined;
  if (bearer !== undefined) return world.tokens.find(bearer);
  return world.sessions.find(exchange.cookies.get(SESSION_COOKIE));
}

function refuse(exchange: Exchange, access: 'page' | 'api'): Reply {
  if (access === 'api') return json({ error: 'You are not logged in.' }, 401);
  const query = exchange.query.size > 0 ? `?${exchange.query.toString()}` : '';
  const next = exchange.method === 'POST' ? '/' : exchange.path + query;
  return redirect(302, `/login?next=${encodeURIComponent(next)}`);
}

/** A bearer token is not sent by a browser on its own, so it proves enough. */
function provesCsrf(exchange: Exchange, route: Route, session: Session): boolean {
  if (route.access !== 'api') return formOf(exchange).get('csrf') === session.csrf;
  return bearerOf(exchange) !== undefined || exchange.headers['x-csrf-token'] === session.csrf;
}

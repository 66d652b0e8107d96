import { apiMatches, apiMessages, apiSend, me } from './api.ts';
import type { Exchange, MemberExchange, Reply } from './exchange.ts';
import { login, loginPage, logout, solveCaptcha } from './login.ts';
import { oauthMe, token } from './oauth.ts';
import { archiveMessage, inboxMessagePage, inboxPage, readMessage } from './pages/inbox.ts';
import { matchesPage, matchPage } from './pages/matches.ts';
import { homePage, storagePage } from './pages/plain-pages.ts';
import { composePage, sendMessage, sentPage } from './pages/sent.ts';
import type { World } from './world.ts';

/** What answers a request. `open` to everybody; `page` leads to the login otherwise; `api` says 401. */
export type Route =
  | { readonly access: 'open'; readonly handle: (exchange: Exchange, world: World) => Reply }
  | { readonly access: 'page' | 'api'; readonly handle: (exchange: MemberExchange, world: World) => Reply };

const routes: Readonly<Record<string, Route>> = {
  'GET /login': { access: 'open', handle: loginPage },
  'POST /login': { access: 'open', handle: login },
  'POST /captcha': { access: 'open', handle: solveCaptcha },
  'POST /logout': { access: 'page', handle: logout },
  'GET /': { access: 'page', handle: homePage },
  'GET /matches': { access: 'page', handle: matchesPage },
  'GET /matches/:id': { access: 'page', handle: matchPage },
  'GET /inbox': { access: 'page', handle: inboxPage },
  'GET /inbox/:id': { access: 'page', handle: inboxMessagePage },
  'POST /inbox/:id/read': { access: 'page', handle: readMessage },
  'POST /inbox/:id/archive': { access: 'page', handle: archiveMessage },
  'GET /compose': { access: 'page', handle: composePage },
  'POST /messages': { access: 'page', handle: sendMessage },
  'GET /sent': { access: 'page', handle: sentPage },
  'GET /storage': { access: 'page', handle: storagePage },
  'GET /api/me': { access: 'api', handle: me },
  'GET /api/matches': { access: 'api', handle: apiMatches },
  'GET /api/messages': { access: 'api', handle: apiMessages },
  'POST /api/messages': { access: 'api', handle: apiSend },
  'POST /oauth/token': { access: 'open', handle: token },
  'GET /oauth/me': { access: 'open', handle: oauthMe },
};

/** The route of a request, and the `:id` of its path. */
export function routeOf(
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | undefined {
  const [, id = ''] = /^\/(?:matches|inbox)\/([^/]+)/.exec(path) ?? [];
  const pattern = id === '' ? path : path.replace(id, ':id');
  const name = `${method === 'HEAD' ? 'GET' : method} ${pattern}`;
  return Object.hasOwn(routes, name) && routes[name] ? { route: routes[name], id } : undefined;
}

import { formOf, json } from './exchange.ts';
import type { Exchange, Reply } from './exchange.ts';
import { DEMO } from './login.ts';
import type { World } from './world.ts';

/** POST /oauth/token: grants `password` and `refresh_token` (RFC 6749, 4.3 and 6). */
export function token(exchange: Exchange, world: World): Reply {
  const fields = formOf(exchange);
  const grant = fields.get('grant_type') ?? '';
  if (grant !== 'password' && grant !== 'refresh_token') {
    return json({ error: 'unsupported_grant_type' }, 400);
  }
  const isDemo = fields.get('username') === DEMO && fields.get('password') === DEMO;
  const answer =
    grant === 'refresh_token'
      ? world.tokens.refresh(fields.get('refresh_token') ?? '')
      : isDemo
        ? world.tokens.begin(DEMO)
        : undefined;
  world.ledger.add(answer ? 'token' : 'token-refused', { request: exchange.entry, grant });
  return answer ? json(answer) : json({ error: 'invalid_grant' }, 400);
}

/** GET /oauth/me */
export function oauthMe(exchange: Exchange, world: World): Reply {
  const found = world.tokens.find(bearerOf(exchange));
  if (found && 'session' in found) {
    return json({
      user: found.session.user,
      token: found.session.name,
      expiresAt: found.session.expiresAt,
      issued: world.ledger.of('token').length,
    });
  }
  if (found) world.ledger.add('session-expired', { request: exchange.entry, session: found.expired.name });
  return json({ error: 'invalid_token' }, 401, { 'www-authenticate': 'Bearer error="invalid_token"' });
}

/** The token of the Authorization header. */
export function bearerOf(exchange: Pick<Exchange, 'headers'>): string | undefined {
  const header = exchange.headers['authorization'];
  return typeof header === 'string' ? /^Bearer (\S+)$/i.exec(header)?.[1] : undefined;
}

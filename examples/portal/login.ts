import { formOf, page, redirect } from './exchange.ts';
import type { Exchange, MemberExchange, Reply } from './exchange.ts';
import { deviceScript } from './device-script.ts';
import { html } from './html.ts';
import { csrfField, layout } from './layout.ts';
import { secret } from './sessions.ts';
import type { World } from './world.ts';

/** The cookie of whoever is logged in. */
export const SESSION_COOKIE = 'portal_session';
/** The cookie that the login form's csrf field has to repeat. */
const VISIT_COOKIE = 'portal_visit';
const COOKIE_RULES = 'Path=/; HttpOnly; SameSite=Lax';

/** The only user, and the password. */
export const DEMO = 'demo';

/** GET /login */
export function loginPage(exchange: Exchange): Reply {
  return form(exchange, safeNext(exchange.query.get('next')));
}

/** POST /login */
export function login(exchange: Exchange, world: World): Reply {
  const fields = formOf(exchange);
  const next = safeNext(fields.get('next'));
  const visit = exchange.cookies.get(VISIT_COOKIE);
  if (visit === undefined || fields.get('csrf') !== visit) {
    world.ledger.add('csrf-refused', { request: exchange.entry });
    return form(exchange, next, { error: 'That form was too old. Please try again.', status: 403 });
  }
  if (world.faults.isCaptchaPending) return captchaPage(next);
  const user = fields.get('username') ?? '';
  if (user !== DEMO || fields.get('password') !== DEMO) {
    world.ledger.add('login-failed', { request: exchange.entry, user });
    return form(exchange, next, { error: 'Wrong name or password.', status: 401 });
  }
  const begun = world.sessions.begin(user);
  world.ledger.add('login', { request: exchange.entry, session: begun.session.name, user });
  return redirect(303, next, { 'set-cookie': `${SESSION_COOKIE}=${begun.secret}; ${COOKIE_RULES}` });
}

/** POST /logout */
export function logout(exchange: MemberExchange, world: World): Reply {
  world.sessions.end(exchange.cookies.get(SESSION_COOKIE) ?? '');
  world.ledger.add('logout', { request: exchange.entry, session: exchange.session.name });
  return redirect(303, '/login', { 'set-cookie': `${SESSION_COOKIE}=; ${COOKIE_RULES}; Max-Age=0` });
}

/** POST /captcha: what a person answers. */
export function solveCaptcha(exchange: Exchange, world: World): Reply {
  const fields = formOf(exchange);
  const next = safeNext(fields.get('next'));
  if (fields.get('answer')?.trim() !== '12') return captchaPage(next, 'Not quite.');
  endCaptcha(world);
  return redirect(303, `/login?next=${encodeURIComponent(next)}`);
}

/** Ends the captcha, if one is pending. */
export function endCaptcha(world: World): void {
  if (world.faults.isCaptchaPending) world.ledger.add('captcha-solved');
  world.faults.isCaptchaPending = false;
}

/** What stands in for the login while somebody has to prove to be a person. */
export function captchaPage(next: string, error = ''): Reply {
  const content = html`<form id="captcha" class="card stack" method="post" action="/captcha">
    <input type="hidden" name="next" value="${next}" />
    <p>There were unusual requests from your address.</p>
    ${error === '' ? html`` : html`<p class="error" role="alert">${error}</p>`}
    <label
      >How much is seven and five? <input name="answer" inputmode="numeric" autocomplete="off" required
    /></label>
    <button>Go on</button>
  </form>`;
  return page(layout('Are you a person?', content), 403);
}

function form(exchange: Exchange, next: string, problem?: { error: string; status: number }): Reply {
  const visit = exchange.cookies.get(VISIT_COOKIE) ?? secret();
  const content = html`<form id="login" class="card stack" method="post" action="/login">
      ${csrfField(visit)}<input type="hidden" name="next" value="${next}" />
      ${problem ? html`<p class="error" role="alert">${problem.error}</p>` : html``}
      <label>Name <input name="username" autocomplete="username" required /></label>
      <label
        >Password <input name="password" type="password" autocomplete="current-password" required
      /></label>
      <button>Log in</button>
      <p class="soft">Try demo and demo.</p>
    </form>
    ${deviceScript}`;
  return page(layout('Log in', content), problem?.status ?? 200, {
    'set-cookie': `${VISIT_COOKIE}=${visit}; ${COOKIE_RULES}`,
  });
}

/** A path of this portal; anything else would let a link lead elsewhere after the login. */
function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { seededCorpus } from './corpus.ts';
import type { PortalOptions } from './portal-options.ts';
import type { PortalEntry } from './portal-ledger.ts';
import { startPortal } from './start-portal.ts';
import type { Portal } from './start-portal.ts';
import { Visitor } from './testing/visitor.ts';

const portals: Portal[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(portals.splice(0).map((portal) => portal.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function portalWith(options: PortalOptions = {}): Promise<Portal> {
  const portal = await startPortal({ control: true, ...options });
  portals.push(portal);
  return portal;
}

async function member(portal: Portal): Promise<Visitor> {
  const visitor = new Visitor(portal.url);
  await visitor.login();
  return visitor;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'portal-'));
  folders.push(made);
  return made;
}

async function plan(portal: Portal, fault: object): Promise<Response> {
  return fetch(`${portal.url}/control/faults`, { method: 'POST', body: JSON.stringify(fault) });
}

async function fired(portal: Portal): Promise<number[]> {
  const faults = (await (await fetch(`${portal.url}/control/faults`)).json()) as { fired: number }[];
  return faults.map((fault) => fault.fired);
}

describe('logging in', () => {
  it('leads from a page to the login and back to the page', async () => {
    const portal = await portalWith();
    const visitor = new Visitor(portal.url);
    const refused = await visitor.get('/matches?page=2');
    expect([refused.status, refused.headers.get('location')]).toEqual([
      302,
      '/login?next=%2Fmatches%3Fpage%3D2',
    ]);
    const login = await visitor.login('demo', '/matches?page=2');
    expect([login.status, login.headers.get('location')]).toEqual([303, '/matches?page=2']);
    expect((await visitor.get('/matches?page=2')).status).toBe(200);
    expect(portal.ledger.of('login')).toMatchObject([{ session: 's1', user: 'demo' }]);
  });

  it('never leads to another host', async () => {
    const portal = await portalWith();
    for (const next of ['//evil.example', '/\\evil.example', 'http://evil.example', '/a b']) {
      expect((await new Visitor(portal.url).login('demo', next)).headers.get('location')).toBe('/');
    }
  });

  it('refuses a wrong password, and a form that the portal did not make', async () => {
    const portal = await portalWith();
    expect((await new Visitor(portal.url).login('guess')).status).toBe(401);
    const forged = await new Visitor(portal.url).post('/login', {
      username: 'demo',
      password: 'demo',
      csrf: 'x',
    });
    expect(forged.status).toBe(403);
    expect(portal.ledger.of('login')).toEqual([]);
    expect(portal.ledger.of('login-failed')).toHaveLength(1);
  });

  it('ends a login after its time, however busy it was, and tells so once', async () => {
    let now = 0;
    const portal = await portalWith({ sessionTtlMs: 1000, now: () => now });
    const visitor = await member(portal);
    now = 999;
    expect((await visitor.get('/')).status).toBe(200);
    now = 1000;
    expect((await visitor.get('/')).status).toBe(302);
    expect((await visitor.get('/')).status).toBe(302);
    expect(portal.ledger.of('session-expired')).toMatchObject([{ session: 's1' }]);
  });

  it('ends by POST /logout, and all at once by control', async () => {
    const portal = await portalWith();
    const [one, other] = [await member(portal), await member(portal)];
    await one.postForm('/', '/logout', {});
    expect((await one.get('/')).status).toBe(302);
    expect((await other.get('/')).status).toBe(200);
    await fetch(`${portal.url}/control/drop-sessions`, { method: 'POST' });
    expect((await other.get('/')).status).toBe(302);
    expect(portal.ledger.of('sessions-dropped')).toMatchObject([{ sessions: 1 }]);
  });

  it('asks for a captcha until somebody has solved it', async () => {
    const portal = await portalWith();
    expect((await plan(portal, { match: 'POST /login', kind: 'captcha' })).status).toBe(201);
    const visitor = new Visitor(portal.url);
    for (let attempt = 0; attempt < 2; attempt++) {
      const asked = await visitor.login();
      expect([asked.status, await asked.text()]).toEqual([403, expect.stringContaining('id="captcha"')]);
    }
    await fetch(`${portal.url}/control/solve-captcha`, { method: 'POST' });
    expect((await visitor.login()).status).toBe(303);
    expect(await fired(portal)).toEqual([1]);
    expect(portal.ledger.of('captcha-solved')).toHaveLength(1);
  });

  it('lets a person solve the captcha on its page', async () => {
    const portal = await portalWith();
    await plan(portal, { match: 'POST /login', kind: 'captcha' });
    const visitor = new Visitor(portal.url);
    await visitor.login();
    expect((await visitor.post('/captcha', { answer: '13', next: '/' })).status).toBe(403);
    expect((await visitor.post('/captcha', { answer: '12', next: '/sent' })).headers.get('location')).toBe(
      '/login?next=%2Fsent',
    );
    expect((await visitor.login()).status).toBe(303);
  });
});

describe('pages', () => {
  it('are the same for the same seed', () => {
    const counts = { matches: 30, inbox: 10 };
    expect(seededCorpus(7, counts)).toEqual(seededCorpus(7, counts));
    expect(seededCorpus(7, counts)).not.toEqual(seededCorpus(8, counts));
  });

  it('list every match once over all pages, and nothing beyond the last', async () => {
    const portal = await portalWith({ matches: 23, perPage: 10 });
    const visitor = await member(portal);
    const pages = await Promise.all([1, 2, 3].map((page) => visitor.text(`/matches?page=${page}`)));
    expect(pages.every((page) => page.includes('data-pages="3"'))).toBe(true);
    const ids = pages.flatMap((page) =>
      [...page.matchAll(/class="match" data-id="(m\d+)"/g)].map(([, id]) => id),
    );
    expect(ids).toEqual(Array.from({ length: 23 }, (_, index) => `m${index + 1}`));
    expect((await visitor.get('/matches?page=4')).status).toBe(404);
    expect((await visitor.get('/matches?page=x')).status).toBe(404);
  });

  it('show hostile texts as text', async () => {
    const portal = await portalWith({ matches: 200, perPage: 200 });
    const shown = await (await member(portal)).text('/matches');
    expect(shown).toContain('&lt;script&gt;document.title = &quot;owned&quot;&lt;/script&gt;');
    expect(shown).not.toContain('<script>document.title');
    expect(shown).not.toContain('<img');
  });

  it('need the csrf of this login for whatever changes something', async () => {
    const portal = await portalWith();
    const visitor = await member(portal);
    const other = await member(portal);
    const csrf = await other.csrf('/compose?to=m1');
    const refused = await visitor.post('/messages', { csrf, to: 'm1', body: 'Hello' });
    expect(refused.status).toBe(403);
    expect(portal.ledger.of('message')).toEqual([]);
    expect(portal.ledger.of('csrf-refused')).toMatchObject([{ session: 's1' }]);
  });

  it('send, and show a message as often as it was sent', async () => {
    const portal = await portalWith();
    const visitor = await member(portal);
    for (const body of ['Hello', 'Hello', '<b>']) {
      const fields = { to: 'm1', body, reference: 'r-1' };
      expect((await visitor.postForm('/compose?to=m1', '/messages', fields)).status).toBe(303);
    }
    expect(portal.ledger.of('message')).toHaveLength(3);
    const sent = await visitor.text('/sent');
    expect(sent.match(/class="sent" data-to="m1" data-reference="r-1"/g)).toHaveLength(3);
    expect(sent).toContain('&lt;b&gt;');
    expect((await visitor.postForm('/compose?to=m1', '/messages', { to: 'm999', body: 'x' })).status).toBe(
      404,
    );
    expect((await visitor.postForm('/compose?to=m1', '/messages', { to: 'm1', body: ' ' })).status).toBe(400);
  });

  it('mark messages as read and archive them', async () => {
    const portal = await portalWith({ inbox: 3 });
    const visitor = await member(portal);
    expect(await visitor.text('/inbox')).toContain('class="message unread" data-id="i2"');
    await visitor.postForm('/inbox/i2', '/inbox/i2/read', {});
    expect(await visitor.text('/inbox')).toContain('class="message read" data-id="i2"');
    await visitor.postForm('/inbox/i2', '/inbox/i2/archive', {});
    expect(await visitor.text('/inbox')).not.toContain('data-id="i2"');
    expect(portal.ledger.of('read')).toMatchObject([{ id: 'i2' }]);
    expect(portal.ledger.of('archive')).toMatchObject([{ id: 'i2' }]);
  });
});

describe('answers for programs', () => {
  it('are 401 without a login', async () => {
    const portal = await portalWith();
    for (const path of ['/api/me', '/api/matches', '/api/messages', '/oauth/me']) {
      const answer = await fetch(portal.url + path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        401,
        'application/json',
      ]);
    }
  });

  it('take the cookie with the csrf of the login', async () => {
    const portal = await portalWith();
    const visitor = await member(portal);
    const me = (await (await visitor.get('/api/me')).json()) as { user: string; csrf: string };
    expect(me.user).toBe('demo');
    const message = JSON.stringify({ to: 'm1', body: 'Hello', reference: 'r' });
    expect((await visitor.send('POST', '/api/messages', message, {})).status).toBe(403);
    expect((await visitor.send('POST', '/api/messages', message, { 'x-csrf-token': me.csrf })).status).toBe(
      201,
    );
    expect(portal.ledger.of('message')).toMatchObject([{ to: 'm1', reference: 'r' }]);
  });

  it('take tokens, which expire and are renewed by a refresh token that is good once', async () => {
    let now = 0;
    const portal = await portalWith({ tokenTtlMs: 60_000, now: () => now });
    const visitor = new Visitor(portal.url);
    const first = await visitor.token({ grant_type: 'password', username: 'demo', password: 'demo' });
    expect(first.body['expires_in']).toBe(60);
    now = 60_000;
    expect((await visitor.bearer('/api/me', first)).status).toBe(401);
    const second = await visitor.token({
      grant_type: 'refresh_token',
      refresh_token: first.body['refresh_token'],
    });
    expect((await visitor.bearer('/api/me', second)).status).toBe(200);
    const again = await visitor.token({
      grant_type: 'refresh_token',
      refresh_token: first.body['refresh_token'],
    });
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    // A refresh token that was used twice ends all that grew out of the login.
    expect((await visitor.bearer('/oauth/me', second)).status).toBe(401);
    expect(portal.ledger.of('token')).toMatchObject([{ grant: 'password' }, { grant: 'refresh_token' }]);
    expect(portal.ledger.of('token-refused')).toHaveLength(1);
  });

  it('are 429 with Retry-After beyond the limit', async () => {
    let now = 0;
    const portal = await portalWith({ rateLimit: 2, now: () => now });
    const statuses = async () => (await fetch(`${portal.url}/api/me`)).status;
    expect([await statuses(), await statuses(), await statuses()]).toEqual([401, 401, 429]);
    expect((await fetch(`${portal.url}/api/me`)).headers.get('retry-after')).toBe('1');
    now = 1001;
    expect(await statuses()).toBe(401);
    expect(portal.ledger.of('rate-limited')).toHaveLength(2);
  });
});

describe('faults', () => {
  const hello = { to: 'm1', body: 'Hello', reference: 'r' };

  it('before: nothing happened. After: it happened, and nobody was told', async () => {
    for (const [when, messages] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      const portal = await portalWith();
      const visitor = await member(portal);
      await plan(portal, { match: 'POST /messages', kind: 'reset', when });
      await expect(visitor.postForm('/compose?to=m1', '/messages', hello)).rejects.toThrow('fetch failed');
      expect(portal.ledger.of('message')).toHaveLength(messages);
      expect(await fired(portal)).toEqual([1]);
      expect((await visitor.postForm('/compose?to=m1', '/messages', hello)).status).toBe(303);
    }
  });

  it('answer with a status as often as planned, with Retry-After if wanted', async () => {
    const portal = await portalWith();
    await plan(portal, { match: '* /log*', kind: 'status', status: 429, retryAfter: 7, times: 2 });
    const answers = await Promise.all([1, 2].map(() => fetch(`${portal.url}/login`)));
    expect(answers.map((each) => [each.status, each.headers.get('retry-after')])).toEqual([
      [429, '7'],
      [429, '7'],
    ]);
    expect((await fetch(`${portal.url}/login`)).status).toBe(200);
    expect(await fired(portal)).toEqual([2]);
  });

  it('never answer, or late, and the late one is handled', async () => {
    const portal = await portalWith();
    const visitor = await member(portal);
    await plan(portal, { match: 'POST /messages', kind: 'black-hole', when: 'after' });
    const unanswered = visitor.postForm('/compose?to=m1', '/messages', hello).then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => portal.ledger.of('message').length).toBe(1);
    await plan(portal, { match: 'GET /sent', kind: 'slow', delayMs: 20 });
    expect((await visitor.get('/sent')).status).toBe(200);
    expect(await fired(portal)).toEqual([1, 1]);
    await portal.close();
    expect(await unanswered).toBe('cut');
  });

  it('are refused when they are not known', async () => {
    const portal = await portalWith();
    for (const [fault, sentence] of [
      [{ match: 'GET /', kind: 'flood' }, 'one of status, reset'],
      [{ match: 'GET /', kind: 'slow', delay: 3 }, 'has no "delay"'],
      [{ match: '/messages', kind: 'slow' }, 'a method and a path'],
      [{ match: 'GET /', kind: 'slow', when: 'during' }, '"before" or "after"'],
      [{ match: 'GET /', kind: 'slow', times: -1 }, '"times"'],
      [{ match: 'POST /login', kind: 'captcha', when: 'after' }, 'only come before'],
      ['nonsense', 'JSON object'],
    ] as const) {
      const refused = await plan(portal, fault as object);
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining(JSON.stringify(sentence).slice(1, -1)),
      ]);
    }
    expect(await fired(portal)).toEqual([]);
  });

  it('are out of reach without control', async () => {
    const portal = await portalWith({ control: false });
    expect((await plan(portal, { match: 'GET /', kind: 'reset' })).status).toBe(404);
  });
});

describe('the ledger', () => {
  it('numbers what happened, names the request of each effect, and never holds a secret', async () => {
    const portal = await portalWith();
    const visitor = await member(portal);
    await visitor.postForm('/compose?to=m1', '/messages', { to: 'm1', body: 'Hello', reference: 'r' });
    const entries = (await (await fetch(`${portal.url}/control/ledger`)).json()) as PortalEntry[];
    expect(entries.map((entry) => entry.n)).toEqual(entries.map((_, index) => index + 1));
    const message = entries.find((entry) => entry.kind === 'message');
    expect(entries[(message?.request ?? 0) - 1]).toMatchObject({
      method: 'POST',
      path: '/messages',
      session: 's1',
    });
    expect(JSON.stringify(entries)).not.toContain(visitor.cookie('portal_session'));
  });

  it('is a file of lines that a later portal goes on with', async () => {
    const ledger = join(folder(), 'ledger.jsonl');
    const earlier = await portalWith({ ledger });
    const hello = { to: 'm1', body: 'Hello', reference: 'r' };
    await (await member(earlier)).postForm('/compose?to=m1', '/messages', hello);
    const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as PortalEntry)).toEqual(earlier.ledger.entries);
    await earlier.close();
    const later = await portalWith({ ledger });
    expect(await (await member(later)).text('/sent')).toContain('data-to="m1"');
    expect(later.ledger.entries.at(-1)?.n).toBe(later.ledger.entries.length);
  });
});

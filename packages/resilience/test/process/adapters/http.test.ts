import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import { formLogin, httpAdapter, oauth } from '../../../src/adapters/http/index.ts';
import type { HttpClient } from '../../../src/adapters/http/index.ts';
import { classify } from '../../../src/classify/classify.ts';
import { systemClock } from '../../../src/clock/system-clock.ts';
import { superviseSession } from '../../../src/session/supervise-session.ts';
import type { SupervisedSession } from '../../../src/session/supervised-session.ts';
import { LoginSite } from './testing/login-site.ts';
import { LoopbackProxy } from './testing/loopback-proxy.ts';

const soon = { timeout: 15_000, interval: 20 };

const form = formLogin({
  loginPath: '/login',
  checkPath: '/me',
  fields: { user: 'demo', password: 'demo' },
  csrf: { field: 'csrf' },
});

async function read(client: HttpClient, path = '/me'): Promise<string> {
  return await (await client.request(path)).text();
}

adapterConformance('http', {
  isThere: true,
  killed: ['network'],
  notCovered: {
    push: 'there is no connection that could be lost between requests',
    'inspect login': 'the request itself is rejected with AuthExpiredError',
    storage: 'a client has cookies and tokens alone',
    view: 'all leases share one client',
    recover: 'a service that cannot be reached ends no client: the call fails, and its own policy repeats it',
    usage: 'a client has no process of its own',
  },
  make: async () => {
    const site = await LoginSite.start();
    const proxy = await LoopbackProxy.to(site.port);
    const adapter = httpAdapter({ baseUrl: `http://127.0.0.1:${proxy.port}`, auth: form, probe: '/login' });
    return {
      // What was killed has been restarted by the time that the next client is opened.
      adapter: { ...adapter, open: async (context) => (await proxy.start(), await adapter.open(context)) },
      call: (client) => client.request('/login'),
      kill: async () => {
        await proxy.stop();
        // Until fetch has heard of it, it would use the dead connection once more.
        await sleep(50);
      },
      leftovers: async () => (site.counts.running === 0 ? [] : [`${site.counts.running} requests run`]),
      freeze: async () => {
        proxy.freeze();
        return { [Symbol.asyncDispose]: async () => proxy.thaw() };
      },
      logins: async () => site.counts.formLogins,
      dropLogins: async () => {
        if (site.dropLogins() === 0) throw new Error('nobody was logged in');
      },
      act: (client, mark) => client.request(`/act?mark=${mark}`, { method: 'POST' }),
      acted: async (mark) => site.acted(mark),
      resetAfterNextAct: async () => proxy.cutNextAnswer(),
      resets: async () => proxy.cuts,
      [Symbol.asyncDispose]: async () => {
        await proxy[Symbol.asyncDispose]();
        await site[Symbol.asyncDispose]();
      },
    };
  },
});

describe('against a real server', () => {
  let site: LoginSite;
  const context = { signal: new AbortController().signal, generation: 1, attempt: 1, reason: 'test' };
  beforeEach(async () => {
    site = await LoginSite.start();
  });
  afterEach(async () => await site[Symbol.asyncDispose]());

  test('a wrong password is a failed login, told apart from a server that has trouble or asks to wait', async () => {
    const wrong = formLogin({
      loginPath: '/login',
      checkPath: '/me',
      fields: { password: 'x' },
      csrf: { field: 'csrf' },
    });
    const adapter = httpAdapter({ baseUrl: site.url, auth: wrong });
    const client = await adapter.open(context);
    const failure = async (): Promise<unknown> =>
      await adapter.auth?.login(client, context).catch((error: unknown) => error);
    expect(await failure()).toMatchObject({ code: 'ERR_LOGIN_FAILED', verdict: { safeToReplay: 'no' } });
    expect(site.counts.refused).toBe(1);
    site.instead.set('/login', { status: 500 });
    expect(classify(await failure())).toMatchObject({ category: 'network' });
    site.instead.set('/login', { status: 503, headers: { 'retry-after': '30' } });
    expect(classify(await failure())).toMatchObject({ category: 'rate-limit', retryAfterMs: 30_000 });
    site.instead.clear();
    site.instead.set('/', { status: 429, headers: { 'retry-after': '9' } });
    expect(site.counts.refused).toBe(1);
  });

  test('a check of a server in trouble neither says that we are in nor that we are out', async () => {
    const adapter = httpAdapter({ baseUrl: site.url, auth: form });
    const client = await adapter.open(context);
    site.instead.set('/me', { status: 502 });
    const error: unknown = await adapter.auth?.check(client, context).catch((thrown: unknown) => thrown);
    expect(classify(error)).toMatchObject({ category: 'network', code: 'HTTP_502' });
  });

  test('a login that is known to live 800 s tells when it ends, also after it was restored', async () => {
    const auth = formLogin({
      loginPath: '/login',
      checkPath: '/me',
      fields: () => Promise.resolve({ password: 'demo' }),
      csrf: { field: 'csrf' },
      validFor: '800s',
    });
    const adapter = httpAdapter({ baseUrl: site.url, auth });
    const first = await adapter.open(context);
    expect(await adapter.auth?.check(first, context)).toBe('expired');
    await adapter.auth?.login(first, context);
    const restore = await adapter.snapshot?.(first, context);
    if (restore === undefined) throw new Error('no snapshot');
    const second = await adapter.open({ ...context, restore });
    const state = await adapter.auth?.check(second, context);
    expect(state).toEqual({ expiresAt: expect.any(Number) });
    expect(await adapter.auth?.check(first, context)).toEqual(state);
    expect(await read(second)).toBe('welcome to /me');
    // A second login begins without the cookie of the first, so that the form is shown.
    await adapter.auth?.login(second, context);
    expect(site.counts.formLogins).toBe(2);
  });

  test('tokens are refreshed with rotation; a revoked one falls back on the password', async () => {
    const auth = oauth({
      tokenUrl: '/token',
      clientId: 'cli',
      grant: 'password',
      username: 'demo',
      password: 'demo',
    });
    const adapter = httpAdapter({ baseUrl: site.url, auth });
    const client = await adapter.open(context);
    await adapter.auth?.login(client, context);
    expect(await read(client, '/api/me')).toBe('welcome to /api/me');
    await adapter.auth?.refresh?.(client, context);
    await adapter.auth?.refresh?.(client, context);
    expect(site.counts).toMatchObject({ passwordGrants: 1, refreshes: 2, refused: 0 });
    site.revokeRefreshToken();
    site.dropLogins();
    await expect(client.request('/api/me')).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
    expect(await adapter.auth?.check(client, context)).toBe('expired');
    await adapter.auth?.login(client, context);
    expect(await read(client, '/api/me')).toBe('welcome to /api/me');
    expect(site.counts).toMatchObject({ passwordGrants: 2, refreshes: 2, refused: 1 });
  });

  test('a client that is closed ends the requests that run', async () => {
    await using proxy = await LoopbackProxy.to(site.port);
    const adapter = httpAdapter({ baseUrl: `http://127.0.0.1:${proxy.port}` });
    const client = await adapter.open(context);
    proxy.freeze();
    const pending = client.request('/login');
    await adapter.close(client, { ...context, force: true });
    const error: unknown = await pending.catch((thrown: unknown) => thrown);
    expect(classify(error)).toMatchObject({ category: 'session-lost', safeToReplay: 'unknown' });
  });
});

describe('supervised', () => {
  const inPieces = { name: 'site', probe: { every: '100ms', deadline: '200ms', patience: '200ms' } } as const;
  const tasks = (session: SupervisedSession<HttpClient>, calls: number, path = '/me'): Promise<string[][]> =>
    Promise.all(
      Array.from({ length: 4 }, async () => {
        const texts: string[] = [];
        for (let call = 0; call < calls; call += 1) {
          texts.push(await session.use(async (lease) => await lease.run((client) => read(client, path))));
        }
        return texts;
      }),
    );

  test('4 tasks whose login the server drops, again and again, cause one login each time', async () => {
    await using site = await LoginSite.start();
    await using session = superviseSession(httpAdapter({ baseUrl: site.url, auth: form }), { name: 'site' });
    for (let round = 1; round <= 3; round += 1) {
      expect((await tasks(session, 3)).flat()).toEqual(Array.from({ length: 12 }, () => 'welcome to /me'));
      expect(site.counts.formLogins).toBe(round);
      expect(site.dropLogins()).toBe(1);
    }
    expect(session.stats).toMatchObject({ logins: 3, losses: 0, opens: 1 });
  });

  test('a service that is away for a while costs neither the client nor the login', async () => {
    await using site = await LoginSite.start();
    await using proxy = await LoopbackProxy.to(site.port);
    const adapter = httpAdapter({ baseUrl: `http://127.0.0.1:${proxy.port}`, auth: form });
    await using session = superviseSession(adapter, inPieces);
    await tasks(session, 1);
    await proxy.stop();
    const error: unknown = await tasks(session, 1).catch((thrown: unknown) => thrown);
    expect(classify(error)).toMatchObject({ category: 'network' });
    const { probes } = session.stats;
    await expect.poll(() => session.stats.probes, soon).toBeGreaterThan(probes + 1);
    await proxy.start();
    expect((await tasks(session, 1)).flat()).toHaveLength(4);
    expect(session.stats).toMatchObject({ losses: 0, opens: 1, logins: 1 });
    expect(site.counts.formLogins).toBe(1);
  });

  test('a service that falls silent costs one client for 4 tasks, and no login', async () => {
    await using site = await LoginSite.start();
    await using proxy = await LoopbackProxy.to(site.port);
    const adapter = httpAdapter({ baseUrl: `http://127.0.0.1:${proxy.port}`, auth: form });
    await using session = superviseSession(adapter, inPieces);
    await tasks(session, 1);
    proxy.freeze();
    const waiting = tasks(session, 2);
    await expect.poll(() => session.stats.losses, soon).toBe(1);
    proxy.thaw();
    expect((await waiting).flat()).toHaveLength(8);
    expect(session.stats).toMatchObject({ losses: 1, opens: 2, logins: 1 });
    expect(site.counts.formLogins).toBe(1);
  });

  test('tokens are renewed ahead of their end while 4 tasks work, and no request is ever refused', async () => {
    await using site = await LoginSite.start();
    site.tokenSeconds = 3;
    const auth = oauth({
      tokenUrl: '/token',
      clientId: 'cli',
      grant: 'password',
      username: 'demo',
      password: 'demo',
    });
    const refused: unknown[] = [];
    await using session = superviseSession(httpAdapter({ baseUrl: site.url, auth }), { name: 'site' });
    while (site.counts.refreshes < 2) {
      await tasks(session, 1, '/api/me').catch((error: unknown) => refused.push(error));
      await systemClock.sleep(20);
    }
    expect(refused).toEqual([]);
    expect(site.counts).toMatchObject({ passwordGrants: 1, refused: 0 });
    expect(session.stats.logins).toBe(1);
  });
});

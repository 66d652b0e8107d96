import { describe, expect, test } from 'vitest';
import { classify } from '../../classify/classify.ts';
import { formLogin } from './form-login.ts';
import { oauth } from './oauth.ts';
import { fakeSite, redirect } from './testing/fake-site.ts';

const form = formLogin({ loginPath: '/login', checkPath: '/me', fields: { user: 'u', password: 'p' } });
const bearer = oauth({ tokenUrl: '/token', clientId: 'c', grant: 'client_credentials' });
const tokens = { accessToken: 'secret', refreshToken: null, expiresAt: null };

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

function refusedConnection(): never {
  throw Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  });
}

describe('redirects', () => {
  test('keep the cookies of every answer on the way', async () => {
    const { client, seen } = fakeSite(({ url }) =>
      url.endsWith('/a')
        ? redirect(302, '/b', { 'set-cookie': 'step=1; Path=/' })
        : new Response(url, { headers: { 'set-cookie': 'end=1; Path=/' } }),
    );
    await client.request('/a');
    expect(seen[1]?.headers.get('cookie')).toBe('step=1');
    expect(client.cookies.all().map(({ name }) => name)).toEqual(['step', 'end']);
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'x=1'],
    [307, 'POST', 'POST', 'x=1'],
    [308, 'POST', 'POST', 'x=1'],
  ])('%i after %s goes on with %s and the body %j', async (status, method, next, body) => {
    const { client, seen } = fakeSite(({ url }) =>
      url.endsWith('/a') ? redirect(status, '/b') : new Response(),
    );
    await client.request('/a', { method, body: new URLSearchParams({ x: '1' }) });
    expect(seen[1]).toMatchObject({ method: next, body });
  });

  test('to another host take along neither cookies nor token nor headers that are private', async () => {
    const { client, seen } = fakeSite(
      ({ url }) =>
        url.startsWith('https://app.')
          ? redirect(302, 'https://evil.example.net/', { 'set-cookie': 'sid=1; Path=/' })
          : new Response(),
      { auth: bearer, restore: { cookies: [], credentials: tokens } },
    );
    await client.request('/a');
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer secret');
    expect([...(seen[1]?.headers.keys() ?? [])]).toEqual([]);
    await client.request('/a', { headers: { authorization: 'Basic own', cookie: 'own=1', 'x-plain': '1' } });
    expect(seen[2]?.headers.get('authorization')).toBe('Basic own');
    expect([...(seen[3]?.headers.keys() ?? [])]).toEqual(['x-plain']);
  });

  test.each(['http://app.example.org/b', 'https://app.example.org:444/b'])(
    'to %s, which is another origin, take along no token and no body',
    async (target) => {
      const { client, seen } = fakeSite(
        ({ url }) => (url === target ? new Response() : redirect(307, target)),
        {
          auth: bearer,
          restore: { cookies: [], credentials: tokens },
        },
      );
      await client.request('/a');
      expect(seen[1]?.headers.has('authorization')).toBe(false);
      const error = await failureOf(client.request('/a', { method: 'POST', body: 'password=1' }));
      expect(error).toMatchObject({ code: 'ERR_HTTP_REDIRECT' });
      expect(seen).toHaveLength(3);
    },
  );

  test.each(['file:///etc/passwd', 'https://', 'javascript:alert(1)'])(
    'to %s are refused',
    async (target) => {
      const { client } = fakeSite(() => redirect(302, target));
      expect(await failureOf(client.request('/a'))).toMatchObject({ code: 'ERR_HTTP_REDIRECT' });
    },
  );

  test('without end are given up', async () => {
    const { client, seen } = fakeSite(() => redirect(302, '/a'));
    expect(classify(await failureOf(client.request('/a')))).toMatchObject({ category: 'permanent' });
    expect(seen).toHaveLength(21);
  });
});

describe('a POST', () => {
  test('that lost its connection is not sent again', async () => {
    const { client, seen } = fakeSite(() => {
      throw Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
      });
    });
    const error = await failureOf(client.request('/messages', { method: 'POST', body: 'x' }));
    expect(classify(error)).toMatchObject({ category: 'network', safeToReplay: 'unknown' });
    expect(seen).toHaveLength(1);
  });

  test.each([
    ['cannot be reached', refusedConnection],
    ['is the login', () => redirect(302, '/login')],
    ['answers 401', () => new Response(null, { status: 401 })],
    ['answers 429', () => new Response(null, { status: 429 })],
    ['redirects without end', ({ url }: { url: string }) => redirect(302, url)],
  ])('that was taken is never safe to repeat, when what it redirects to %s', async (_what, then) => {
    const { client } = fakeSite((seen) => (seen.method === 'POST' ? redirect(303, '/sent') : then(seen)), {
      auth: form,
    });
    const error = await failureOf(client.request('/messages', { method: 'POST', body: 'x' }));
    expect(error).toMatchObject({ code: 'ERR_HTTP_REDIRECTED' });
    expect(classify(error).safeToReplay).toBe('unknown');
    // A session answers these by a login and a repetition.
    expect(classify(error).category).not.toBe('auth-expired');
  });

  test('that was sent to the login at once was not taken', async () => {
    const { client } = fakeSite(() => redirect(302, '/login?next=/messages'), { auth: form });
    const error = await failureOf(client.request('/messages', { method: 'POST', body: 'x' }));
    expect(classify(error)).toMatchObject({ category: 'auth-expired', scope: 'auth', safeToReplay: 'yes' });
  });
});

describe('an expired login', () => {
  test.each([401, 419, 440])('is told by %i', async (status) => {
    const { client } = fakeSite(() => new Response(null, { status }), { auth: form });
    expect(await failureOf(client.request('/me'))).toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  });

  test('is told by an answer that the caller knows as the login page', async () => {
    const auth = formLogin({
      loginPath: '/login',
      checkPath: '/me',
      fields: {},
      expired: async (response) => (await response.clone().text()).includes('id="login"'),
    });
    const { client } = fakeSite(
      ({ url }) => new Response(url.endsWith('/in') ? 'hello' : '<form id="login">'),
      {
        auth,
      },
    );
    expect(await (await client.request('/in')).text()).toBe('hello');
    expect(await failureOf(client.request('/out'))).toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  });

  test('is none without a way to log in, nor at another host', async () => {
    const alone = fakeSite(() => new Response(null, { status: 401 }));
    expect((await alone.client.request('/me')).status).toBe(401);
    const { client } = fakeSite(() => new Response(null, { status: 401 }), { auth: form });
    expect((await client.request('https://other.example.net/')).status).toBe(401);
  });
});

test.each([
  [429, '7', { category: 'rate-limit', retryAfterMs: 7_000 }],
  [429, undefined, { category: 'rate-limit' }],
  [503, 'Thu, 01 Jan 2026 00:01:00 GMT', { category: 'rate-limit', retryAfterMs: 60_000 }],
])('%i with Retry-After %s is a rate limit, whatever is asked', async (status, after, verdict) => {
  const answer = (): Response =>
    new Response(null, { status, headers: after === undefined ? {} : { 'retry-after': after } });
  const { client } = fakeSite(answer, { auth: form });
  const errors = [
    await failureOf(client.request('/x')),
    await failureOf(form.check(client.loginClient(), { signal: new AbortController().signal })),
  ];
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'ERR_HTTP_RATE_LIMITED' });
    expect(classify(error)).toMatchObject(verdict);
  }
});

test('a closed client cuts off what runs and sends nothing more', async () => {
  const { client, seen } = fakeSite(async () => await new Promise<never>(() => undefined));
  const signal = AbortSignal.abort(new Error('own'));
  expect(await failureOf(client.request('/x', { signal }))).toBe(signal.reason);
  client.close();
  client.close();
  const error = await failureOf(client.request('/x'));
  expect(error).toMatchObject({ code: 'ERR_HTTP_CLIENT_CLOSED' });
  expect(classify(error)).toMatchObject({ category: 'session-lost', safeToReplay: 'yes' });
  expect(seen).toHaveLength(0);
});

test('a form takes the token of its page along', async () => {
  const { client, seen } = fakeSite(({ method }) =>
    method === 'POST' ? new Response() : new Response('<input name="csrf" value="t1">'),
  );
  await client.submit(
    '/messages',
    { to: 'anna', body: 'a & b' },
    { page: '/compose?to=1', csrf: { field: 'csrf' } },
  );
  expect(seen.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
    'GET /compose',
    'POST /messages',
  ]);
  expect(Object.fromEntries(new URLSearchParams(seen[1]?.body))).toEqual({
    to: 'anna',
    body: 'a & b',
    csrf: 't1',
  });
});

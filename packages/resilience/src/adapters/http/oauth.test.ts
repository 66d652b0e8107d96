import { describe, expect, test } from 'vitest';
import { classify } from '../../classify/classify.ts';
import { oauth } from './oauth.ts';
import type { OAuthOptions } from './oauth-options.ts';
import { fakeSite, json } from './testing/fake-site.ts';
import type { Answer, Seen } from './testing/fake-site.ts';

const context = { signal: new AbortController().signal, reason: 'test' };
const password: OAuthOptions = {
  tokenUrl: '/token',
  clientId: 'id',
  grant: 'password',
  username: 'u',
  password: 'p',
  scope: 'read',
};

function site(options: OAuthOptions, answer: Answer, credentials?: Record<string, string | number | null>) {
  const auth = oauth(options);
  const fake = fakeSite(answer, {
    auth,
    ...(credentials && { restore: { cookies: [], credentials } }),
  });
  const login = fake.client.loginClient();
  return {
    ...fake,
    login: () => auth.login(login, context),
    refresh: async () => await auth.refresh?.(login, context),
    check: () => auth.check(login, context),
  };
}

function grants(seen: readonly Seen[]): unknown[] {
  return seen.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
}

const good = { access_token: 'a1', token_type: 'Bearer', expires_in: 60, refresh_token: 'r1' };

test('a login by password keeps the tokens, which expire counted from the asking', async () => {
  const { login, check, client, clock, seen } = site(password, () => json(good));
  expect(await check()).toBe('expired');
  const start = clock.now();
  await login();
  expect(grants(seen)).toEqual([
    { grant_type: 'password', username: 'u', password: 'p', scope: 'read', client_id: 'id' },
  ]);
  expect(client.snapshot().credentials).toEqual({
    accessToken: 'a1',
    refreshToken: 'r1',
    expiresAt: start + 60_000,
  });
  expect(await check()).toEqual({ expiresAt: start + 60_000 });
  await clock.advance(60_000);
  expect(await check()).toBe('expired');
});

test('a client with a secret tells it in the header, or in the body when asked to', async () => {
  const secret = {
    tokenUrl: '/token',
    clientId: 'a:b',
    clientSecret: 'c d',
    grant: 'client_credentials',
  } as const;
  const basic = site(secret, () => json(good));
  await basic.login();
  expect(basic.seen[0]?.headers.get('authorization')).toBe(`Basic ${btoa('a%3Ab:c+d')}`);
  expect(grants(basic.seen)).toEqual([{ grant_type: 'client_credentials' }]);
  const inBody = site({ ...secret, clientAuth: 'body' }, () => json(good));
  await inBody.login();
  expect(inBody.seen[0]?.headers.has('authorization')).toBe(false);
  expect(grants(inBody.seen)).toEqual([
    { grant_type: 'client_credentials', client_id: 'a:b', client_secret: 'c d' },
  ]);
});

describe('a refresh', () => {
  test('puts both new tokens in the place of both old ones', async () => {
    const rotated = { ...good, access_token: 'a2', refresh_token: 'r2' };
    const { refresh, client, seen } = site(password, () => json(rotated), {
      accessToken: 'a1',
      refreshToken: 'r1',
    });
    await refresh();
    expect(grants(seen)).toEqual([{ grant_type: 'refresh_token', refresh_token: 'r1', client_id: 'id' }]);
    expect(client.snapshot().credentials).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
  });

  test('keeps the refresh token when the endpoint sends no new one', async () => {
    const { access_token, token_type } = good;
    const { refresh, client } = site(password, () => json({ access_token, token_type }), {
      accessToken: 'a0',
      refreshToken: 'r0',
    });
    await refresh();
    expect(client.snapshot().credentials).toEqual({ accessToken: 'a1', refreshToken: 'r0', expiresAt: null });
  });

  test.each([
    ['no network', () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })), 'dns'],
    ['an error of the server', () => json({}, 502), 'network'],
    ['temporarily_unavailable', () => json({ error: 'temporarily_unavailable' }, 400), 'network'],
    ['too many requests', () => json({}, 429, { 'retry-after': '9' }), 'rate-limit'],
    ['something that is no answer', () => new Response('<html>', { status: 200 }), 'permanent'],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: '/login' } }), 'permanent'],
  ])('that meets %s leaves the old token in use', async (_what, answer, category) => {
    const old = { accessToken: 'a1', refreshToken: 'r1', expiresAt: 4e12 };
    const { refresh, check, client, seen } = site(password, answer, old);
    const error: unknown = await refresh().catch((thrown: unknown) => thrown);
    expect(classify(error).category).toBe(category);
    expect(client.snapshot().credentials).toEqual(old);
    expect(await check()).toEqual({ expiresAt: 4e12 });
    expect(seen).toHaveLength(1);
  });

  test('whose token is not valid any more asks for a login, and the login does not try it again', async () => {
    const answer: Answer = ({ body }) =>
      body.includes('grant_type=password') ? json(good) : json({ error: 'invalid_grant' }, 400);
    const { refresh, login, client, seen } = site(password, answer, {
      accessToken: 'a0',
      refreshToken: 'r0',
    });
    await expect(refresh()).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
    await login();
    expect(grants(seen)).toMatchObject([{ grant_type: 'refresh_token' }, { grant_type: 'password' }]);
    expect(client.snapshot().credentials).toMatchObject({ accessToken: 'a1' });
  });

  test('without a refresh token is a login, where there is a password', async () => {
    const { refresh, seen } = site(password, () => json(good), { accessToken: 'a0' });
    await expect(refresh()).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
    expect(seen).toEqual([]);
  });

  test('of a client that speaks for itself asks for a new access token', async () => {
    const options = { tokenUrl: '/token', clientId: 'id', grant: 'client_credentials' } as const;
    const { refresh, client } = site(options, () => json(good), { accessToken: 'a0' });
    await refresh();
    expect(client.snapshot().credentials).toMatchObject({ accessToken: 'a1' });
  });
});

describe('with a permission that a person has granted', () => {
  const granted: OAuthOptions = {
    tokenUrl: '/token',
    clientId: 'id',
    grant: 'refresh_token',
    refreshToken: 'given',
  };

  test('the first login uses it, later ones the latest token', async () => {
    let count = 0;
    const { login, seen } = site(granted, () => json({ ...good, refresh_token: `r${(count += 1)}` }));
    await login();
    await login();
    expect(grants(seen)).toMatchObject([{ refresh_token: 'given' }, { refresh_token: 'r1' }]);
  });

  test('the person is needed once it is refused, and nothing is tried twice', async () => {
    const { login, seen } = site(granted, () => json({ error: 'invalid_grant' }, 400), {
      accessToken: 'a',
      refreshToken: 'r',
    });
    await expect(login()).rejects.toMatchObject({ code: 'ERR_NEEDS_HUMAN' });
    expect(grants(seen)).toMatchObject([{ refresh_token: 'r' }, { refresh_token: 'given' }]);
  });
});

test('a wrong password is not worth repeating', async () => {
  const { login } = site(password, () => json({ error: 'invalid_grant' }, 400));
  const error: unknown = await login().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_OAUTH_REFUSED' });
  expect(classify(error)).toMatchObject({
    category: 'auth-expired',
    safeToReplay: 'no',
    code: 'invalid_grant',
  });
});

test('a token that the server refuses counts as expired; a late 401 to an older one does not', async () => {
  let refused = 'Bearer a1';
  const late = Promise.withResolvers<Response>();
  const answer: Answer = ({ url, headers }) => {
    if (url.endsWith('/late')) return late.promise;
    if (url.endsWith('/token')) return json({ ...good, access_token: 'a2', expires_in: undefined });
    return new Response(null, { status: headers.get('authorization') === refused ? 401 : 200 });
  };
  const { client, login, check } = site(password, answer, { accessToken: 'a1' });
  expect(await check()).toBe('ok');
  const slow = client.request('/late');
  await expect(client.request('/me')).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  expect(await check()).toBe('expired');
  await login();
  expect(await check()).toBe('ok');
  late.resolve(new Response(null, { status: 401 }));
  await expect(slow).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  expect(await check()).toBe('ok');
  refused = 'Bearer a2';
  await expect(client.request('/me')).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  expect(await check()).toBe('expired');
});

test.each([
  ['no token', { token_type: 'Bearer' }],
  ['a token of another type', { ...good, token_type: 'mac' }],
  ['a token that would break out of its header', { ...good, access_token: 'a\r\nx: y' }],
  ['a list', [good]],
])('an answer with %s is refused', async (_what, body) => {
  const { login, client } = site(password, () => json(body));
  await expect(login()).rejects.toMatchObject({ code: 'ERR_OAUTH_ANSWER' });
  expect(client.snapshot().credentials).toBeUndefined();
});

test('secrets go to the token endpoint alone, and cookies not there', async () => {
  const options = { ...password, tokenUrl: 'https://id.example.com/token' };
  const { client, login, seen } = site(options, ({ url }) =>
    url.includes('/token') ? json(good) : new Response(null, { headers: { 'set-cookie': 'sid=1' } }),
  );
  await client.request('/');
  await login();
  await client.request('https://other.example.com/');
  await client.request('/me');
  expect(
    seen.map(({ url, headers }) => [new URL(url).host, headers.get('authorization'), headers.get('cookie')]),
  ).toEqual([
    ['app.example.org', null, null],
    ['id.example.com', null, null],
    ['other.example.com', null, null],
    ['app.example.org', 'Bearer a1', 'sid=1'],
  ]);
});

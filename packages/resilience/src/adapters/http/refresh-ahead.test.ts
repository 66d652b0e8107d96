import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { memorySnapshots } from '../../session/snapshots/memory-snapshots.ts';
import { superviseSession } from '../../session/supervise-session.ts';
import type { SessionPolicy } from '../../session/session-policy.ts';
import { httpAdapter } from './http-adapter.ts';
import { oauth } from './oauth.ts';
import { json } from './testing/fake-site.ts';

/** A service whose tokens live an hour, on a clock that the test moves. */
function service(policy: Partial<SessionPolicy> = {}) {
  const clock = new VirtualClock();
  const grants: { readonly type: string; readonly at: number }[] = [];
  const state = { tokenEndpoint: 'well' as 'well' | 'away' | 'revoked', serial: 0 };
  const valid = new Map<string, number>();
  const start = clock.now();
  const fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    if (url.pathname !== '/token') {
      const token = new Headers(init.headers).get('authorization') ?? '';
      return new Response(null, { status: (valid.get(token) ?? 0) > clock.now() ? 200 : 401 });
    }
    const type = (init.body as URLSearchParams).get('grant_type') ?? '';
    grants.push({ type, at: (clock.now() - start) / 60_000 });
    if (state.tokenEndpoint === 'away') throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    if (state.tokenEndpoint === 'revoked' && type === 'refresh_token')
      return json({ error: 'invalid_grant' }, 400);
    state.serial += 1;
    valid.set(`Bearer a${state.serial}`, clock.now() + 3_600_000);
    return json({ access_token: `a${state.serial}`, expires_in: 3_600, refresh_token: `r${state.serial}` });
  };
  const auth = oauth({ tokenUrl: '/token', clientId: 'id', grant: 'password', username: 'u', password: 'p' });
  const adapter = httpAdapter({ baseUrl: 'https://app.example.org', auth, fetch, clock });
  const session = superviseSession(adapter, { name: 'service', clock, ...policy });
  const call = async (): Promise<number> => {
    const pending = session.use(async (lease) => await lease.run((client) => client.request('/me')));
    pending.catch(() => undefined);
    await clock.advance(1_000);
    return (await pending).status;
  };
  return { clock, session, grants, state, call };
}

const HOUR = 3_600_000;

test('a token is renewed 5 minutes before its end, by one login in all and without a request refused', async () => {
  const { clock, session, grants, call } = service();
  expect(await Promise.all([call(), call(), call(), call()])).toEqual([200, 200, 200, 200]);
  await clock.advance(10 * HOUR);
  expect(await call()).toBe(200);
  expect(session.stats).toMatchObject({ logins: 1, opens: 1, losses: 0 });
  expect(grants[0]).toMatchObject({ type: 'password' });
  expect(grants[1]?.at).toBeGreaterThan(54);
  expect(grants[1]?.at).toBeLessThan(56);
  expect(grants.slice(1).every(({ type }) => type === 'refresh_token')).toBe(true);
  expect(session.stats.refreshes).toBe(grants.length - 1);
});

test('while the endpoint is away the old token serves to its end; then the renewal succeeds', async () => {
  const { clock, session, grants, state, call } = service();
  await call();
  state.tokenEndpoint = 'away';
  await clock.advance(57 * 60_000);
  expect(grants.length).toBeGreaterThan(1);
  expect(await call()).toBe(200);
  state.tokenEndpoint = 'well';
  await clock.advance(10 * 60_000);
  expect(await call()).toBe(200);
  expect(session.stats).toMatchObject({ logins: 1, losses: 0 });
});

test('a refresh token that was revoked costs one login', async () => {
  const { clock, session, grants, state, call } = service();
  await call();
  state.tokenEndpoint = 'revoked';
  await clock.advance(HOUR + 60_000);
  expect(await call()).toBe(200);
  expect(session.stats.logins).toBe(2);
  expect(grants.map(({ type }) => type)).toEqual(['password', 'refresh_token', 'password']);
});

test('after a night asleep the refresh token serves, and no password is sent', async () => {
  const { clock, session, grants, call } = service();
  await call();
  await clock.suspend(8 * HOUR);
  expect(await call()).toBe(200);
  expect(grants.map(({ type }) => type)).toEqual(['password', 'refresh_token']);
  expect(session.stats.losses).toBe(0);
});

test('what a refresh has rotated is in the snapshot that the next run begins with', async () => {
  const store = memorySnapshots();
  const first = service({ snapshot: { store, every: '1m' } });
  await first.call();
  await first.clock.advance(58 * 60_000);
  expect(first.session.stats.refreshes).toBe(1);
  expect(await store.load('service')).toMatchObject({
    credentials: { accessToken: 'a2', refreshToken: 'r2' },
  });
});

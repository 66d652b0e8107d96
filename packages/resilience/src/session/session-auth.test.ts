import { expect, test, vi } from 'vitest';
import { memoryState } from '../state/memory-state.ts';
import { AuthExpiredError } from './auth-expired-error.ts';
import { NeedsHumanError } from './needs-human-error.ts';
import { memorySnapshots } from './snapshots/memory-snapshots.ts';
import { hang } from './testing/fake-adapter.ts';
import { setupWithAuth, watch } from './testing/session-setup.ts';

type Setup = ReturnType<typeof setupWithAuth>;
const ready = async (s: Setup): Promise<void> => s.session.use(() => Promise.resolve());
const captcha = (): never => {
  throw new NeedsHumanError({ kind: 'captcha', message: 'Solve the captcha.' });
};
const wrong = (): never => {
  throw Object.assign(new Error('wrong password'), {
    verdict: { category: 'auth-expired', scope: 'auth', safeToReplay: 'no', evidence: 'status' },
  });
};

test('an expired login costs one login for all tasks, keeps the generation, and work is repeated', async () => {
  const s = setupWithAuth();
  await ready(s);
  s.auth.state = 'expired';
  s.auth.onLogin = async () => {
    await s.clock.sleep(1_000);
    s.auth.state = 'ok';
  };
  const tasks = Array.from({ length: 3 }, (_, index) =>
    watch(
      s.session.use((lease) =>
        lease.run(async () => {
          // The last of them notices long after the others.
          const expired = s.auth.state === 'expired';
          if (index === 2 && expired) await s.clock.sleep(5_000);
          if (expired) throw new AuthExpiredError();
          return lease.generation;
        }),
      ),
    ),
  );
  await s.clock.advance(500);
  expect(s.session.state).toMatchObject({ kind: 'suspect', generation: 1 });
  await s.clock.advance(5_000);
  expect(tasks.map((each) => each.value)).toEqual([1, 1, 1]);
  expect(s.session.stats).toMatchObject({ logins: 2, opens: 1, losses: 0 });
});

test('while somebody logs in, other calls are told at once and do not reach the driver', async () => {
  const s = setupWithAuth();
  const lease = await s.session.lease();
  s.auth.onLogin = () => hang();
  await expect(lease.run(() => Promise.reject(new AuthExpiredError()))).rejects.toMatchObject({
    code: 'ERR_AUTH_EXPIRED',
  });
  let reached = false;
  const call = lease.run(() => Promise.resolve((reached = true)));
  await expect(call).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED' });
  expect(reached).toBe(false);
  expect(lease.stale).toBe(false);
});

test('failed logins open the circuit before the account is locked, and are remembered over restarts', async () => {
  const values = new Map<string, string>();
  const policy = { auth: { attempts: 2 }, recover: { circuitOpen: '1m' } };
  const s = setupWithAuth({ ...policy, state: memoryState(values) });
  s.auth.onLogin = wrong;
  const lease = watch(s.session.lease());
  await s.clock.advance(60_000);
  expect(lease.error).toMatchObject({
    code: 'ERR_SESSION_OPEN_CIRCUIT',
    message:
      'Session "test" is out of service: No login for now: 2 logins in a row failed; the last failed with: wrong password.',
    cause: { code: 'ERR_LOGIN_REFUSED', cause: { message: 'wrong password' } },
  });
  expect(s.adapter.count('login')).toBe(2);
  s.session.resume();
  await s.clock.advance(0);
  await expect(s.session.lease()).rejects.toMatchObject({ message: /failed with: wrong password\.$/ });
  expect(s.adapter.count('login')).toBe(2);
  const again = setupWithAuth({ ...policy, state: memoryState(values) });
  again.auth.onLogin = wrong;
  await expect(again.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
  expect(again.adapter.count('login')).toBe(0);
});

test('a program that dies at its login has spent it', async () => {
  const values = new Map<string, string>();
  const logins: number[] = [];
  for (let life = 0; life < 4; life += 1) {
    const s = setupWithAuth({ auth: { attempts: 2 }, state: memoryState(values) });
    s.auth.onLogin = () => hang();
    watch(s.session.lease());
    await s.clock.advance(0);
    logins.push(s.adapter.count('login'));
  }
  expect(logins).toEqual([1, 1, 0, 0]);
});

test('a login that never got through is given back', async () => {
  const s = setupWithAuth({ auth: { attempts: 1, budget: { max: 1, per: '1h' } } });
  s.auth.onLogin = (call) => {
    if (call < 4) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    s.auth.state = 'ok';
  };
  const lease = watch(s.session.lease());
  await s.clock.advance(3_000);
  expect(lease.value?.generation).toBe(1);
});

test('the budget of logins holds although each of them succeeds', async () => {
  const s = setupWithAuth({ auth: { budget: { max: 3, per: '1h' } } });
  const work = s.session.use((lease) => lease.run(() => Promise.reject(new AuthExpiredError())));
  await expect(work).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
  expect(s.adapter.count('login')).toBe(3);
  const { state } = s.session;
  expect(state.kind === 'open-circuit' && state.retryAt).toBe(s.clock.now() + 3_600_000);
});

test('nobody logs in while the peer asks for quiet, not even when a person asks to go on', async () => {
  const s = setupWithAuth({ recover: { attempts: 1 } });
  s.auth.onLogin = (call) => {
    if (call > 1) {
      s.auth.state = 'ok';
      return;
    }
    const verdict = {
      category: 'rate-limit',
      scope: 'call',
      safeToReplay: 'yes',
      evidence: 'status',
      retryAfterMs: 300_000,
    };
    throw Object.assign(new Error('slow down'), { verdict });
  };
  await expect(s.session.lease()).rejects.toMatchObject({ retryAt: s.clock.now() + 300_000 });
  s.session.resume();
  await s.clock.advance(299_999);
  expect(s.adapter.count('login')).toBe(1);
  await s.clock.advance(60_001);
  await ready(s);
  expect(s.adapter.count('login')).toBe(2);
});

test('a login that only a person can finish parks everybody; resume goes on with the same resource', async () => {
  const s = setupWithAuth();
  s.auth.onLogin = captcha;
  const tasks = [
    watch(s.session.use(() => Promise.resolve('a'))),
    watch(s.session.use(() => Promise.resolve('b'))),
  ];
  await s.clock.advance(0);
  expect(s.session.state).toMatchObject({ kind: 'needs-human', request: { kind: 'captcha' } });
  await s.clock.advance(3_600_000);
  expect(tasks.map((each) => each.settled)).toEqual([false, false]);
  s.auth.state = 'ok';
  s.session.resume();
  await s.clock.advance(0);
  expect(tasks.map((each) => each.value)).toEqual(['a', 'b']);
  expect(s.session.stats).toMatchObject({ opens: 1, logins: 0 });
  expect(s.adapter.count('open')).toBe(1);
});

test('a resource that dies while a person is waited for is opened anew on resume', async () => {
  const s = setupWithAuth();
  s.auth.onLogin = captcha;
  const lease = watch(s.session.lease());
  await s.clock.advance(0);
  s.adapter.peer.lost({ cause: 'crash' });
  s.auth.state = 'ok';
  s.session.resume();
  await s.clock.advance(0);
  expect(lease.value?.resource.id).toBe(2);
  expect(s.adapter.peers[0]?.closed).toBe(true);
});

test('a person may also be needed by a login in the middle of work', async () => {
  const s = setupWithAuth();
  await ready(s);
  s.auth.onLogin = captcha;
  let expired = true;
  const work = watch(
    s.session.use((lease) =>
      lease.run(() => (expired ? Promise.reject(new AuthExpiredError()) : Promise.resolve(lease.generation))),
    ),
  );
  await s.clock.advance(0);
  expect(s.session.state.kind).toBe('needs-human');
  expired = false;
  s.session.resume();
  await s.clock.advance(0);
  expect(work.value).toBe(1);
  expect(s.adapter.count('login')).toBe(2);
});

test('credentials are refreshed ahead of their end while leases go on', async () => {
  const s = setupWithAuth({ auth: { refreshAhead: '5m' } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  let refreshed = 0;
  s.auth.refresh = () => {
    refreshed += 1;
    s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
    return Promise.resolve();
  };
  const lease = await s.session.lease();
  await s.clock.advance(3_300_000 - 1);
  expect(refreshed).toBe(0);
  await s.clock.advance(1);
  expect(refreshed).toBe(1);
  await s.clock.advance(3_300_000);
  expect(s.session.stats).toMatchObject({ refreshes: 2, logins: 0, opens: 1 });
  expect(lease.stale).toBe(false);
  expect(s.told('state').filter((each) => each.to.kind === 'suspect')).toEqual([]);
});

test('a refresh that fails is repeated while the old login is good, then one login follows', async () => {
  const s = setupWithAuth({ auth: { refreshAhead: '5m' } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  let failed = 0;
  s.auth.refresh = () => {
    failed += 1;
    return Promise.reject(new Error('not now'));
  };
  const lease = await s.session.lease();
  await s.clock.advance(3_599_000);
  expect(failed).toBeGreaterThan(2);
  expect(s.session.state.kind).toBe('ready');
  s.auth.onLogin = () => {
    s.auth.state = 'ok';
  };
  await s.clock.advance(5_000);
  expect(s.session.stats).toMatchObject({ logins: 1, opens: 1, refreshes: 0 });
  expect(lease.stale).toBe(false);
});

test('what a refresh has rotated is in a snapshot at once, so that a crash leaves no spent token behind', async () => {
  const store = memorySnapshots();
  const s = setupWithAuth({ auth: { refreshAhead: '5m' }, snapshot: { store, every: Infinity } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  s.auth.refresh = () => {
    s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
    return Promise.resolve();
  };
  await ready(s);
  expect(await store.load('test')).toBeUndefined();
  await s.clock.advance(3_300_000);
  expect(s.session.stats).toMatchObject({ refreshes: 1, snapshots: 1, logins: 0 });
  expect(await store.load('test')).toEqual({ from: 1 });
});

test('an end in the middle of a refresh waits for it, so that the last snapshot holds what it has rotated', async () => {
  const store = memorySnapshots();
  const s = setupWithAuth({ auth: { refreshAhead: '5m' }, snapshot: { store, every: Infinity } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  let token = 'old';
  s.adapter.scripts.snapshot = () => void s.adapter.log.push(`snapshot with the ${token} token`);
  s.auth.refresh = async () => {
    await s.clock.sleep(2_000);
    token = 'new';
    s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  };
  await ready(s);
  await s.clock.advance(3_301_000);
  const drained = watch(s.session.drain());
  await s.clock.advance(500);
  expect(drained.settled).toBe(false);
  await s.clock.advance(1_000);
  expect(drained.settled).toBe(true);
  expect(s.adapter.log.filter((each) => each.startsWith('snapshot with'))).toEqual([
    'snapshot with the new token',
    'snapshot with the new token',
  ]);
});

test('a login that is made ahead, where nothing can be refreshed, is in a snapshot at once', async () => {
  const s = setupWithAuth({
    auth: { refreshAhead: '5m' },
    snapshot: { store: memorySnapshots(), every: Infinity },
  });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  s.auth.onLogin = () => {
    s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  };
  await ready(s);
  await s.clock.advance(3_300_000);
  expect(s.session.stats).toMatchObject({ logins: 1, snapshots: 1 });
});

test('a refresh that says that a login is needed leads to one now, not when the old one ends', async () => {
  const s = setupWithAuth({ auth: { refreshAhead: '5m' } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  s.auth.refresh = () => Promise.reject(new AuthExpiredError('The refresh token is not valid any more.'));
  await ready(s);
  await s.clock.advance(3_300_000);
  expect(s.session.stats).toMatchObject({ logins: 1, refreshes: 0, losses: 0 });
  expect(s.session.state.kind).toBe('ready');
});

test('a person is asked once ahead of the end of a login, and waited for when it has ended', async () => {
  const s = setupWithAuth({ auth: { refreshAhead: '5m' } });
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  s.auth.onLogin = captcha;
  await ready(s);
  await s.clock.advance(3_599_000);
  expect(s.session.state.kind).toBe('ready');
  expect(s.adapter.count('login')).toBe(1);
  await s.clock.advance(2_000);
  expect(s.session.state.kind).toBe('needs-human');
});

test.each([Number.NaN, '2026' as unknown as number])(
  'an end of the login of %s counts as not told: nothing waits for it, and nothing is renewed',
  async (expiresAt) => {
    const s = setupWithAuth();
    s.auth.state = { expiresAt };
    const armed = vi.spyOn(s.clock, 'timer');
    await ready(s);
    await s.clock.advance(3_000);
    expect(armed.mock.calls.map(([ms]) => ms).filter(Number.isNaN)).toEqual([]);
    expect([s.adapter.count('check'), s.session.stats.logins]).toEqual([1, 0]);
  },
);

test('a peer that does one thing at a time logs in ahead between two leases', async () => {
  const s = setupWithAuth({ auth: { refreshAhead: '5m' }, probe: { beforeLeaseIfIdle: Infinity } });
  s.adapter.maxLeases = 1;
  s.auth.state = { expiresAt: s.clock.now() + 3_600_000 };
  const lease = await s.session.lease();
  const next = watch(s.session.lease());
  await s.clock.advance(3_400_000);
  expect(s.adapter.count('login')).toBe(0);
  await lease.release();
  await s.clock.advance(0);
  expect(s.adapter.count('login')).toBe(1);
  expect(next.value?.generation).toBe(1);
  expect(s.adapter.log.lastIndexOf('snapshot')).toBeGreaterThan(s.adapter.log.lastIndexOf('login'));
});

test('a text that looks like an expired login is settled by a look at the login, not believed', async () => {
  const s = setupWithAuth();
  await ready(s);
  const loop = (): Error =>
    Object.assign(new Error('net::ERR_TOO_MANY_REDIRECTS'), {
      verdict: { category: 'auth-expired', scope: 'auth', safeToReplay: 'unknown', evidence: 'message' },
    });
  let runs = 0;
  const once = (): Promise<string> => {
    runs += 1;
    return runs === 1 ? Promise.reject(loop()) : Promise.resolve('done');
  };
  await expect(s.session.use((lease) => lease.run(once))).rejects.toThrow('net::ERR_TOO_MANY_REDIRECTS');
  expect(s.session.stats).toMatchObject({ logins: 1 });
  s.auth.state = 'expired';
  runs = 0;
  expect(await s.session.use((lease) => lease.run(once))).toBe('done');
  expect([runs, s.session.stats.logins]).toEqual([2, 2]);
});

test('an expired login tells whether the call may be repeated as the error of the call did', async () => {
  for (const safeToReplay of ['yes', 'unknown', 'no'] as const) {
    const s = setupWithAuth();
    await ready(s);
    const refused = Object.assign(new Error('the answer was the login'), {
      verdict: { category: 'auth-expired', scope: 'auth', safeToReplay, evidence: 'status' },
    });
    let runs = 0;
    const work = async (): Promise<unknown> =>
      await s.session.use(
        (lease) =>
          lease.run(() => {
            runs += 1;
            s.auth.state = runs === 1 ? 'expired' : 'ok';
            return runs === 1 ? Promise.reject(refused) : Promise.resolve('done');
          }),
        { repeat: safeToReplay !== 'yes' },
      );
    if (safeToReplay === 'unknown') expect(await work()).toBe('done');
    else await expect(work()).rejects.toMatchObject({ code: 'ERR_AUTH_EXPIRED', verdict: { safeToReplay } });
    expect(runs).toBe(safeToReplay === 'unknown' ? 2 : 1);
    await s.clock.advance(0);
    expect(s.session.stats.logins).toBe(2);
  }
});

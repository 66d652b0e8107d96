import { expect, test } from 'vitest';
import type { Verdict } from '../classify/verdict.ts';
import { constant } from '../policy/backoff/backoff.ts';
import { hang } from './testing/fake-adapter.ts';
import { setup, setupWithAuth, watch } from './testing/session-setup.ts';

const boom = (): never => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
};

test('an open that hangs is given up at the deadline, and what it still yields is closed', async () => {
  const s = setup({ recover: { openDeadline: '10s' } });
  let arrive = (): void => {};
  s.adapter.scripts.open = (call) =>
    call === 1 ? new Promise<void>((resolve) => (arrive = resolve)) : undefined;
  const lease = watch(s.session.lease());
  await s.clock.advance(10_000);
  expect(s.told('open-failed')[0]).toMatchObject({
    stage: 'open',
    attempt: 1,
    verdict: { category: 'timeout' },
  });
  await s.clock.advance(1_000);
  expect(lease.value?.generation).toBe(1);
  arrive();
  await s.clock.advance(0);
  expect(s.adapter.peers.map((peer) => [peer.id, peer.closed])).toEqual([
    [2, false],
    [1, true],
  ]);
});

test('a loss during the login fails that try, and the next one goes on', async () => {
  const s = setupWithAuth();
  s.auth.onLogin = async (call) => {
    if (call === 1) {
      s.adapter.peer.lost({ cause: 'process-exit' });
      return hang<void>();
    }
    s.auth.state = 'ok';
  };
  const lease = watch(s.session.lease());
  await s.clock.advance(1_000);
  expect(s.told('open-failed')).toMatchObject([{ stage: 'login', attempt: 1 }]);
  expect(lease.value?.generation).toBe(1);
  expect(s.adapter.peers.map((peer) => peer.closed)).toEqual([true, false]);
  expect(s.session.stats).toMatchObject({ opens: 1, failedOpens: 1, losses: 0, logins: 1, failedLogins: 1 });
});

test('the peer that lives is reattached before anything is opened, unless its process has ended', async () => {
  const s = setup();
  s.adapter.reattach = (old) => Promise.resolve({ ...old, id: 100 });
  await s.session.use(() => Promise.resolve());
  s.adapter.peer.lost({ cause: 'disconnected' });
  await s.session.use((lease) => Promise.resolve(expect(lease.resource.id).toBe(100)));
  expect(s.session.stats).toMatchObject({ opens: 1, reattaches: 1, recoveries: 1, logins: 0 });
  expect(s.adapter.count('close-force')).toBe(0);
  expect(s.told('opened').map((each) => each.how)).toEqual(['open', 'reattach']);
});

test('a peer that cannot be reattached, or whose process has ended, is closed by force and opened anew', async () => {
  const s = setup();
  s.adapter.reattach = () => Promise.resolve(undefined);
  await s.session.use(() => Promise.resolve());
  s.adapter.peer.lost({ cause: 'disconnected' });
  await s.session.use(() => Promise.resolve());
  s.adapter.reattach = () => Promise.reject(new Error('must not be asked'));
  s.adapter.peer.lost({ cause: 'process-exit' });
  await s.session.use(() => Promise.resolve());
  expect(s.session.stats).toMatchObject({ opens: 3, reattaches: 0 });
  expect(s.adapter.count('close-force')).toBe(2);
  expect(s.told('open-failed')).toEqual([]);
});

test('what is left of a process that has ended is cleared beside the next open; what may live is closed before it', async () => {
  for (const [cause, opens] of [
    ['process-exit', 2],
    ['disconnected', 1],
  ] as const) {
    const s = setup();
    await s.session.use(() => Promise.resolve());
    s.adapter.scripts.close = () => hang();
    s.adapter.peer.lost({ cause });
    const next = watch(s.session.lease());
    await s.clock.advance(1_000);
    expect([s.adapter.count('open'), s.adapter.count('close-force')]).toEqual([opens, 1]);
    await s.clock.advance(10_000);
    expect(next.value?.generation).toBe(2);
  }
});

test('the last snapshot is handed to the next open', async () => {
  const s = setupWithAuth();
  await s.session.use(() => Promise.resolve());
  s.adapter.peer.lost({ cause: 'crash' });
  await s.session.use(() => Promise.resolve());
  expect(s.adapter.contexts.map((context) => context.restore)).toEqual([undefined, { from: 1 }]);
  expect(s.session.stats.logins).toBe(1);
});

test('tries are spaced by the category of the failure and end in an open circuit that names the cause', async () => {
  const s = setup({
    recover: {
      attempts: 3,
      backoff: { network: constant('7s'), default: constant('1s') },
      circuitOpen: '1m',
    },
  });
  s.adapter.scripts.open = boom;
  const lease = watch(s.session.lease());
  await s.clock.advance(13_999);
  expect(lease.settled).toBe(false);
  await s.clock.advance(1);
  expect(lease.error).toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT', cause: { code: 'ECONNREFUSED' } });
  expect(s.told('wait').map((each) => each.delayMs)).toEqual([7_000, 7_000]);
  expect(s.session.state).toMatchObject({ kind: 'open-circuit', retryAt: s.clock.now() + 60_000 });
});

test('an open circuit refuses at once, tries once when asked after its time, and stays open longer each time', async () => {
  const s = setup({ recover: { attempts: 1, circuitOpen: '1m' } });
  s.adapter.scripts.open = boom;
  await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
  await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
  expect(s.adapter.count('open')).toBe(1);
  const gaps: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const { state } = s.session;
    if (state.kind !== 'open-circuit') throw new Error(state.kind);
    gaps.push((state.retryAt - s.clock.now()) / 60_000);
    await s.clock.advance(state.retryAt - s.clock.now());
    expect(s.adapter.count('open')).toBe(round + 1);
    await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
    expect(s.adapter.count('open')).toBe(round + 2);
  }
  expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 32]);
  delete s.adapter.scripts.open;
  s.session.resume();
  expect((await s.session.lease()).generation).toBe(1);
});

test('an error that another try cannot mend opens the circuit at once', async () => {
  const s = setup();
  const wrong = Object.assign(new Error('bad address'), { code: 'ERR_INVALID_URL' });
  s.adapter.scripts.open = () => Promise.reject(wrong);
  await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT', cause: wrong });
  expect(s.adapter.count('open')).toBe(1);
});

test('as many losses as the budget allows are recovered, the next opens the circuit; stable time forgets', async () => {
  const s = setup({ recover: { budget: { max: 3, per: '10m' }, stableAfter: '30s', circuitOpen: '1m' } });
  for (let loss = 0; loss < 3; loss += 1) {
    await s.session.use(() => Promise.resolve());
    s.adapter.peer.lost({ cause: 'crash' });
  }
  await s.session.use(() => Promise.resolve());
  expect(s.session.stats).toMatchObject({ losses: 3, recoveries: 3, opens: 4 });
  s.adapter.peer.lost({ cause: 'crash' });
  await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
  expect(s.session.stats).toMatchObject({ losses: 4, recoveries: 3, opens: 4 });
  await s.clock.advance(600_000);
  await s.session.use(() => Promise.resolve());
  await s.clock.advance(30_000);
  s.adapter.peer.lost({ cause: 'crash' });
  await s.session.use(() => Promise.resolve());
  expect(s.session.state.kind).toBe('ready');
});

test('failed tries add up over recoveries until a generation was stable', async () => {
  const s = setup({ recover: { attempts: 3, stableAfter: '30s' } });
  const failOnce = (): void => {
    const broken = s.adapter.count('open') + 1;
    s.adapter.scripts.open = (call) => (call === broken ? boom() : undefined);
  };
  const go = async (): Promise<unknown> => {
    const done = watch(s.session.use(() => Promise.resolve()));
    await s.clock.advance(1_000);
    return done.error;
  };
  failOnce();
  expect(await go()).toBeUndefined();
  failOnce();
  s.adapter.peer.lost({ cause: 'crash' });
  expect(await go()).toBeUndefined();
  await s.clock.advance(30_000);
  failOnce();
  s.adapter.peer.lost({ cause: 'crash' });
  expect(await go()).toBeUndefined();
  failOnce();
  s.adapter.peer.lost({ cause: 'crash' });
  expect(await go()).toBeUndefined();
  failOnce();
  s.adapter.peer.lost({ cause: 'crash' });
  expect(await go()).toMatchObject({ code: 'ERR_SESSION_OPEN_CIRCUIT' });
});

test('a close that hangs delays the next open for a bounded time only', async () => {
  const s = setup();
  await s.session.use(() => Promise.resolve());
  s.adapter.scripts.close = () => hang();
  s.adapter.peer.lost({ cause: 'crash' });
  const lease = watch(s.session.lease());
  await s.clock.advance(9_999);
  expect(s.adapter.count('open')).toBe(1);
  await s.clock.advance(1);
  expect(lease.value?.generation).toBe(2);
  expect(s.told('close-failed')).toMatchObject([{ generation: 1 }]);
});

test('a wait for the next try ends on wake once it is due by the clock that counts sleep', async () => {
  const s = setup({ recover: { backoff: constant('10m') } });
  s.adapter.scripts.open = (call) => (call === 1 ? boom() : undefined);
  const lease = watch(s.session.lease());
  await s.clock.advance(0);
  await s.clock.suspend(3_600_000);
  await s.clock.advance(1_000);
  expect(lease.value?.generation).toBe(1);
});

const noTimes = [Number.NaN, Number.POSITIVE_INFINITY, -1, '5' as unknown as number];
const throttled = (retryAfterMs: number): Verdict => ({
  category: 'rate-limit',
  scope: 'call',
  safeToReplay: 'yes',
  evidence: 'status',
  retryAfterMs,
});

test.each(noTimes)('a wait of %s that an adapter says the peer asked for counts as not asked', async (ms) => {
  const s = setup({ recover: { attempts: 2, circuitOpen: '1m' } });
  s.adapter.classify = () => throttled(ms);
  s.adapter.scripts.open = (call) => (call <= 2 ? boom() : undefined);
  const refused = watch(s.session.lease());
  await s.clock.advance(1_000);
  expect(s.told('wait').map((each) => each.delayMs)).toEqual([1_000]);
  expect(s.told('open-failed')[0]?.verdict).not.toHaveProperty('retryAfterMs');
  expect(refused.error).toMatchObject({ retryAt: s.clock.now() + 60_000 });
  await s.clock.advance(60_000);
  expect((await s.session.lease()).generation).toBe(1);
});

test.each(noTimes)('a wait of %s that the error of a login asks for quiets no later login', async (ms) => {
  const s = setupWithAuth();
  s.auth.onLogin = (call) => {
    if (call === 1) throw Object.assign(new Error('slow down'), { verdict: throttled(ms) });
    s.auth.state = 'ok';
  };
  const lease = watch(s.session.lease());
  await s.clock.advance(1_000);
  expect([lease.value?.generation, s.adapter.count('login')]).toEqual([1, 2]);
});

test.each(noTimes)('a backoff that gives %s is replaced by the usual one', async (ms) => {
  const s = setup({ recover: { backoff: { ...constant('1s'), delayMs: () => ms } } });
  s.adapter.scripts.open = (call) => (call === 1 ? boom() : undefined);
  const lease = watch(s.session.lease());
  // Half of full jitter from 200 ms.
  await s.clock.advance(100);
  expect(s.told('wait').map((each) => each.delayMs)).toEqual([100]);
  expect(lease.value?.generation).toBe(1);
});

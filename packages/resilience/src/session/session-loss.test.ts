import { expect, test } from 'vitest';
import type { Lease } from './lease.ts';
import { SessionLostError } from './session-lost-error.ts';
import { hang } from './testing/fake-adapter.ts';
import type { FakePeer } from './testing/fake-adapter.ts';
import { setup, watch } from './testing/session-setup.ts';

async function lent(s: ReturnType<typeof setup>): Promise<Lease<FakePeer>> {
  const lease = await s.session.lease();
  await s.clock.advance(0);
  return lease;
}

test('a loss aborts the signal of the lease and rejects its pending calls although the driver hangs', async () => {
  const s = setup();
  const lease = await lent(s);
  const call = watch(lease.run(() => hang()));
  s.adapter.peer.lost({ cause: 'process-exit', exitSignal: 'SIGKILL', detail: 'out of memory' });
  await s.clock.advance(0);
  expect(lease.stale).toBe(true);
  expect(call.error).toBe(lease.signal.reason);
  expect(call.error).toBeInstanceOf(SessionLostError);
  expect(call.error).toMatchObject({
    code: 'ERR_SESSION_LOST',
    generation: 1,
    report: { exitSignal: 'SIGKILL' },
    verdict: { category: 'session-lost', safeToReplay: 'unknown' },
  });
});

test('however many signals announce it, a loss is one; late ones do nothing to the next generation', async () => {
  const s = setup();
  await lent(s);
  const first = s.adapter.peer;
  for (let times = 0; times < 3; times += 1) first.lost({ cause: 'crash' });
  const second = await lent(s);
  first.lost({ cause: 'disconnected' });
  await s.clock.advance(0);
  expect(second.stale).toBe(false);
  expect(s.session.stats).toMatchObject({ losses: 1, opens: 2, generation: 2, recoveries: 1 });
  expect(s.told('lost')).toHaveLength(1);
});

test('a stale lease fails at once and never reaches the driver', async () => {
  const s = setup();
  const lease = await lent(s);
  s.adapter.peer.lost({ cause: 'crash' });
  let reached = false;
  const call = lease.run(() => {
    reached = true;
    return Promise.resolve();
  });
  await expect(call).rejects.toMatchObject({ code: 'ERR_LEASE_STALE', verdict: { safeToReplay: 'yes' } });
  expect(() => lease.resource).toThrow(expect.objectContaining({ code: 'ERR_LEASE_STALE' }) as Error);
  expect(reached).toBe(false);
  await lease.release();
  await lease.release();
  expect(s.session.stats.staleCalls).toBe(2);
});

test('a call past its deadline makes the session suspect; when the peer answers nothing is replaced', async () => {
  const s = setup();
  const lease = await lent(s);
  const call = watch(lease.run(() => hang(), { deadline: '2s' }));
  await s.clock.advance(1_999);
  expect(call.settled).toBe(false);
  s.adapter.scripts.probe = () => s.clock.sleep(100);
  await s.clock.advance(1);
  expect(call.error).toMatchObject({ code: 'ERR_TIMEOUT_CALL', limitMs: 2_000 });
  expect(s.session.state).toMatchObject({ kind: 'suspect', generation: 1 });
  const next = watch(s.session.lease());
  await s.clock.advance(99);
  expect(next.settled).toBe(false);
  await s.clock.advance(1);
  expect(next.value?.generation).toBe(1);
  expect(lease.stale).toBe(false);
  expect(s.session.stats).toMatchObject({ opens: 1, losses: 0, deadlines: 1 });
});

test('an unknown error is settled by a probe: alive makes it the error of the call', async () => {
  const s = setup();
  const lease = await lent(s);
  const mine = new Error('no such row');
  await expect(lease.run(() => Promise.reject(mine))).rejects.toBe(mine);
  expect(s.session.stats).toMatchObject({ probes: 2, losses: 0 });
});

test('an unknown error is settled by a probe: dead makes it a loss, with the error as its cause', async () => {
  const s = setup();
  const lease = await lent(s);
  const odd = new Error('something is odd');
  s.adapter.peer.alive = false;
  await expect(lease.run(() => Promise.reject(odd))).rejects.toMatchObject({
    code: 'ERR_SESSION_LOST',
    cause: odd,
  });
  expect(s.told('lost')[0]?.loss).toMatchObject({ cause: 'probe-failed', generation: 1, uses: 1 });
});

test('an error of the network is the own error of the call and replaces nothing, without a probe', async () => {
  const s = setup();
  const lease = await lent(s);
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  await expect(lease.run(() => Promise.reject(reset))).rejects.toBe(reset);
  expect(s.session.stats).toMatchObject({ probes: 1, losses: 0 });
  expect(lease.stale).toBe(false);
});

test('an error that the adapter knows as a loss ends the generation at once', async () => {
  const s = setup();
  s.adapter.classify = (error) =>
    error instanceof Error && error.message === 'no such session'
      ? { category: 'session-lost', scope: 'session', safeToReplay: 'no', evidence: 'message' }
      : undefined;
  const lease = await lent(s);
  const call = lease.run(() => Promise.reject(new Error('no such session')));
  await expect(call).rejects.toMatchObject({ code: 'ERR_SESSION_LOST', verdict: { safeToReplay: 'no' } });
  expect(lease.stale).toBe(true);
  expect((await lent(s)).generation).toBe(2);
});

test('what happened outside run is reported and judged alike', async () => {
  const s = setup();
  s.adapter.classify = () => ({
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'yes',
    evidence: 'flag',
  });
  const lease = await lent(s);
  expect(lease.report(new Error('gone')).category).toBe('session-lost');
  expect(lease.stale).toBe(true);
  expect(s.session.stats.losses).toBe(1);
});

test('an answer that the adapter finds wrong on a closer look did not succeed', async () => {
  const s = setup();
  s.adapter.inspect = () => ({
    category: 'crash',
    scope: 'session',
    safeToReplay: 'unknown',
    evidence: 'event',
  });
  const lease = await lent(s);
  await expect(lease.run(() => Promise.resolve('title'))).rejects.toMatchObject({
    code: 'ERR_SESSION_LOST',
  });
  expect(s.told('lost')[0]?.loss.cause).toBe('crash');
});

test('a loss records age, uses and memory', async () => {
  const s = setup({ probe: { every: '1s' } });
  s.adapter.scripts.usage = () => ({ rssBytes: 1234 });
  await lent(s);
  await lent(s);
  await s.clock.advance(5_000);
  s.adapter.peer.lost({ cause: 'crash' });
  expect(s.told('lost')[0]?.loss).toMatchObject({ ageMs: 5_000, uses: 2, rssBytes: 1234 });
});

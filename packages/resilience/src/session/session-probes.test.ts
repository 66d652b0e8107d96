import { expect, test } from 'vitest';
import { hang } from './testing/fake-adapter.ts';
import { setup, watch } from './testing/session-setup.ts';

const ready = async (s: ReturnType<typeof setup>): Promise<void> => s.session.use(() => Promise.resolve());

test('while ready the peer is probed on cadence', async () => {
  const s = setup({ probe: { every: '30s' } });
  await ready(s);
  await s.clock.advance(90_000);
  expect(s.told('probe').map((each) => [each.why, each.outcome])).toEqual([
    ['cadence', 'ok'],
    ['cadence', 'ok'],
    ['cadence', 'ok'],
  ]);
});

test('a silent peer is suspect after the first patience and alive again when it answers in the second', async () => {
  const s = setup({ probe: { every: '30s', deadline: '5s', patience: '15s' } });
  await ready(s);
  s.adapter.scripts.probe = () => s.clock.sleep(12_000);
  await s.clock.advance(34_999);
  expect(s.session.state.kind).toBe('ready');
  await s.clock.advance(1);
  expect(s.session.state).toMatchObject({ kind: 'suspect', generation: 1 });
  await s.clock.advance(7_000);
  expect(s.session.state).toMatchObject({ kind: 'ready', generation: 1 });
  expect(s.session.stats).toMatchObject({ losses: 0, opens: 1 });
});

test('a peer that is silent through both patiences is lost, and killed', async () => {
  const s = setup({ probe: { every: '30s', deadline: '5s', patience: '15s' } });
  await ready(s);
  s.adapter.scripts.probe = (call) => (call === 2 ? hang() : undefined);
  await s.clock.advance(50_000);
  expect(s.told('lost')[0]?.loss.cause).toBe('probe-timeout');
  expect(s.adapter.count('close-force')).toBe(1);
  expect(s.session.state).toMatchObject({ kind: 'ready', generation: 2 });
});

test('a peer that was silent for some time is probed before it is lent', async () => {
  const s = setup({ probe: { every: Infinity, beforeLeaseIfIdle: '30s' } });
  await ready(s);
  await s.clock.advance(29_999);
  await ready(s);
  expect(s.session.stats.probes).toBe(1);
  await s.clock.advance(30_000);
  s.adapter.peer.alive = false;
  const lease = await s.session.lease();
  expect(lease.generation).toBe(2);
  expect(s.told('lost')[0]?.loss.cause).toBe('probe-failed');
});

test('a call that succeeded is a sign of life', async () => {
  const s = setup({ probe: { every: Infinity, beforeLeaseIfIdle: '30s' } });
  const lease = await s.session.lease();
  await s.clock.advance(20_000);
  await lease.run(() => Promise.resolve());
  await s.clock.advance(20_000);
  await ready(s);
  expect(s.session.stats.probes).toBe(1);
});

test.each(['suspend', 'pause'] as const)(
  'after a %s the peer is looked at before new leases',
  async (kind) => {
    const s = setup({ probe: { every: Infinity } });
    await ready(s);
    s.adapter.scripts.probe = () => s.clock.sleep(2_000);
    await s.clock[kind](3_600_000);
    await s.clock.advance(1_000);
    expect(s.session.state).toMatchObject({ kind: 'suspect', generation: 1 });
    await s.clock.advance(2_000);
    expect(s.session.state).toMatchObject({ kind: 'ready', generation: 1 });
    expect(s.session.stats).toMatchObject({ probes: 2, losses: 0 });
  },
);

test('a night of sleep in the middle of a call is no timeout', async () => {
  const s = setup({ callDeadline: '30s' });
  const lease = await s.session.lease();
  const call = watch(lease.run(() => hang()));
  await s.clock.advance(10_000);
  await s.clock.pause(8 * 3_600_000);
  expect(call.settled).toBe(false);
});

test('check probes now and resolves when the session is ready again', async () => {
  const s = setup();
  await s.session.check('nothing is open yet');
  expect(s.session.state.kind).toBe('idle');
  await ready(s);
  s.adapter.peer.alive = false;
  await s.session.check('a test wants to know');
  expect(s.session.state).toMatchObject({ kind: 'ready', generation: 2 });
});

test('a peer that does one thing at a time is not probed in the middle of a call', async () => {
  const s = setup({ probe: { every: '10s' }, callDeadline: '1m' });
  s.adapter.maxLeases = 1;
  const lease = await s.session.lease();
  const call = watch(lease.run(() => s.clock.sleep(45_000)));
  await s.clock.advance(45_000);
  expect(call.settled).toBe(true);
  expect(s.session.stats.probes).toBe(1);
  await s.clock.advance(10_000);
  expect(s.session.stats.probes).toBe(2);
});

test('a probe that cannot get through by the network tells nothing against the resource', async () => {
  const s = setup({ probe: { every: '10s' } });
  s.adapter.classify = () => ({
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
    evidence: 'code',
  });
  await ready(s);
  s.adapter.scripts.probe = () => Promise.reject(new Error('offline'));
  await s.clock.advance(30_000);
  expect(s.session.stats).toMatchObject({ probes: 4, losses: 0 });
  expect(s.session.state.kind).toBe('ready');
});

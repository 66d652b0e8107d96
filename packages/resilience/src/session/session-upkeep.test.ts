import { expect, test } from 'vitest';
import type { SnapshotStore } from './snapshot-store.ts';
import { FakeViewAdapter, hang } from './testing/fake-adapter.ts';
import { setup, setupOver, setupWithAuth, watch } from './testing/session-setup.ts';

type Setup = ReturnType<typeof setup>;
const ready = async (s: Setup): Promise<void> => s.session.use(() => Promise.resolve());

test('recycling waits for the leases, takes a snapshot, and carries it over; it is no loss', async () => {
  const s = setup();
  const lease = await s.session.lease();
  const recycled = watch(s.session.recycle('a test says so'));
  const next = watch(s.session.lease());
  await s.clock.advance(10_000);
  expect(s.session.state).toMatchObject({ kind: 'recovering', loss: null, generation: 2 });
  expect([lease.stale, next.settled, recycled.settled]).toEqual([false, false, false]);
  await lease.release();
  await s.clock.advance(0);
  expect([next.value?.generation, recycled.settled]).toEqual([2, true]);
  expect(s.adapter.contexts[1]?.restore).toEqual({ from: 1 });
  expect(s.adapter.log.indexOf('close')).toBeLessThan(s.adapter.log.lastIndexOf('open'));
  expect(s.session.stats).toMatchObject({ recycles: 1, losses: 0, recoveries: 0, opens: 2 });
});

test('leases that are kept too long are ended by a recycling', async () => {
  const s = setup({ recycle: { drain: '30s' } });
  const lease = await s.session.lease();
  void s.session.recycle('a test says so');
  await s.clock.advance(30_000);
  expect(lease.signal.reason).toMatchObject({ code: 'ERR_SESSION_LOST', report: { cause: 'closed' } });
  expect(s.session.state).toMatchObject({ kind: 'ready', generation: 2 });
});

test('where the order is open-then-close the new one is published before the old one is closed', async () => {
  const s = setup();
  s.adapter.replace = 'open-then-close';
  await ready(s);
  await s.session.recycle('a test says so');
  await s.clock.advance(0);
  expect(s.adapter.log.lastIndexOf('open')).toBeLessThan(s.adapter.log.indexOf('close'));
  expect(s.adapter.peers.map((peer) => peer.closed)).toEqual([true, false]);
});

const replacing = { replace: 'open-then-close', maxLeases: 1 } as const;

test('recycling waits for a view that is being opened, and then for its lease', async () => {
  const s = setupOver(Object.assign(new FakeViewAdapter(), replacing));
  s.adapter.openView = (call) => (call === 1 ? s.clock.sleep(10_000) : undefined);
  s.adapter.base.scripts.open = (call) => (call === 2 ? s.clock.sleep(20_000) : undefined);
  const lease = watch(s.session.lease());
  const next = watch(s.session.lease());
  await s.clock.advance(1_000);
  const recycled = watch(s.session.recycle('a test says so'));
  await s.clock.advance(15_000);
  expect([lease.value?.generation, lease.value?.stale, s.adapter.base.count('open')]).toEqual([1, false, 1]);
  await lease.value?.release();
  await s.clock.advance(20_000);
  expect([recycled.settled, next.value?.generation]).toEqual([true, 2]);
});

test('recycling goes on once a view is opened that nobody wants any more', async () => {
  const s = setupOver(Object.assign(new FakeViewAdapter(), replacing));
  s.adapter.openView = () => s.clock.sleep(10_000);
  const stop = new AbortController();
  const lease = watch(s.session.lease({ signal: stop.signal }));
  await s.clock.advance(1_000);
  const recycled = watch(s.session.recycle('a test says so'));
  stop.abort(new Error('enough'));
  await s.clock.advance(9_000);
  expect([lease.error, recycled.settled]).toEqual([stop.signal.reason, true]);
  expect(s.adapter.views.map((view) => view.closed)).toEqual([true]);
});

test('a view that opens on a resource that is being replaced is closed, and its waiter gets one of the next', async () => {
  const s = setupOver(Object.assign(new FakeViewAdapter(), replacing), {
    callDeadline: '60s',
    recycle: { drain: '5s' },
  });
  s.adapter.openView = (call) => (call === 1 ? s.clock.sleep(20_000) : undefined);
  s.adapter.base.scripts.open = (call) => (call === 2 ? s.clock.sleep(30_000) : undefined);
  const lease = watch(s.session.lease());
  await s.clock.advance(1_000);
  void s.session.recycle('a test says so');
  await s.clock.advance(20_000);
  expect([lease.settled, s.adapter.views.map((view) => view.closed)]).toEqual([false, [true]]);
  await s.clock.advance(20_000);
  expect(lease.value?.generation).toBe(2);
  await lease.value?.release();
  expect((await s.session.lease()).generation).toBe(2);
});

test('a view that a resource cannot open any more, since it is being replaced, is opened on the next', async () => {
  const s = setupOver(Object.assign(new FakeViewAdapter(), replacing), { recycle: { drain: '5s' } });
  const verdict = { category: 'permanent', scope: 'none', safeToReplay: 'no', evidence: 'class' };
  s.adapter.openView = async (call) => {
    if (call > 1) return;
    await s.clock.sleep(10_000);
    throw Object.assign(new Error('going away'), { verdict });
  };
  s.adapter.base.scripts.open = (call) => (call === 2 ? s.clock.sleep(20_000) : undefined);
  const lease = watch(s.session.lease());
  await s.clock.advance(1_000);
  void s.session.recycle('a test says so');
  await s.clock.advance(30_000);
  expect(lease.value?.generation).toBe(2);
});

test('a loss in the middle of a recycling is a loss', async () => {
  const s = setup();
  await s.session.lease();
  void s.session.recycle('a test says so');
  s.adapter.peer.lost({ cause: 'crash' });
  await s.clock.advance(0);
  expect(s.session.stats).toMatchObject({ losses: 1, recoveries: 1, recycles: 0, generation: 2 });
});

test('age, uses and memory each recycle', async () => {
  const aged = setup({ recycle: { maxAge: '1h' } });
  await ready(aged);
  await aged.clock.advance(3_600_000);
  const used = setup({ recycle: { maxUses: 3 } });
  for (let use = 0; use < 4; use += 1) await ready(used);
  const fat = setup({ recycle: { maxRssBytes: 1_000 }, probe: { every: '30s' } });
  fat.adapter.scripts.usage = (call) => ({ rssBytes: call === 1 ? 1_001 : 999 });
  await ready(fat);
  await fat.clock.advance(60_000);
  expect([aged, used, fat].map((s) => s.session.stats.recycles)).toEqual([1, 1, 1]);
  expect([aged, used, fat].map((s) => s.session.state.kind)).toEqual(['ready', 'ready', 'ready']);
});

test('drain refuses new leases, waits for those that are out, takes a snapshot and closes', async () => {
  const s = setup();
  const lease = await s.session.lease();
  const drained = watch(s.session.drain());
  await expect(s.session.lease()).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  await s.clock.advance(10_000);
  expect(s.session.state).toEqual({ kind: 'draining', leases: 1 });
  expect(await lease.run((peer) => Promise.resolve(peer.id))).toBe(1);
  await lease.release();
  await s.clock.advance(0);
  expect(drained.settled).toBe(true);
  expect(s.adapter.log.slice(-3)).toEqual(['snapshot', 'close', 'unwatch']);
  await s.session[Symbol.asyncDispose]();
  expect(s.clock.pending).toBe(0);
});

test('drain ends leases that are kept too long, ends a try under way, and closes what that still yields', async () => {
  const s = setup({ recycle: { drain: '5s' } });
  const lease = await s.session.lease();
  const drained = watch(s.session.drain());
  await s.clock.advance(5_000);
  expect(drained.settled).toBe(true);
  expect(lease.signal.reason).toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  const opening = setup();
  let arrive = (): void => {};
  opening.adapter.scripts.open = () => new Promise<void>((resolve) => (arrive = resolve));
  const waiter = watch(opening.session.lease());
  await opening.clock.advance(0);
  const closed = watch(opening.session.drain());
  await opening.clock.advance(100);
  expect(waiter.error).toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  arrive();
  await opening.clock.advance(0);
  expect([closed.settled, opening.adapter.peer.closed]).toEqual([true, true]);
});

test('drain of a session that was never used opens nothing', async () => {
  const s = setup();
  await s.session.drain();
  expect(s.adapter.log).toEqual([]);
  expect(s.told('state').map((each) => each.to.kind)).toEqual(['draining', 'closed']);
});

function storeWith(values: Map<string, unknown>): SnapshotStore {
  return {
    load: (name) => Promise.resolve(values.get(name) as never),
    save: (name, value) => Promise.resolve(void values.set(name, value)),
    remove: (name) => Promise.resolve(void values.delete(name)),
  };
}

test('snapshots are taken on cadence, kept in the store, and restored by the next run', async () => {
  const values = new Map<string, unknown>();
  const s = setup({ snapshot: { store: storeWith(values), every: '5m' }, name: 'portal' });
  await ready(s);
  expect(values.size).toBe(0);
  await s.clock.advance(300_000);
  expect(values.get('portal')).toEqual({ from: 1 });
  expect(s.session.stats.snapshots).toBe(1);
  const next = setup({ snapshot: { store: storeWith(values) }, name: 'portal' });
  await ready(next);
  expect(next.adapter.contexts[0]?.restore).toEqual({ from: 1 });
});

test('no snapshot is taken of a suspect resource', async () => {
  const s = setup({ snapshot: { store: storeWith(new Map()), every: '5m' }, probe: { every: Infinity } });
  await ready(s);
  await s.clock.advance(299_000);
  s.adapter.scripts.probe = () => s.clock.sleep(10_000);
  void s.session.check('a test wants to know');
  await s.clock.advance(1_000);
  expect([s.session.state.kind, s.adapter.count('snapshot')]).toEqual(['suspect', 0]);
});

test('no snapshot of a logged-out state replaces a good one: the session logs in instead', async () => {
  const values = new Map<string, unknown>();
  const s = setupWithAuth({ snapshot: { store: storeWith(values), every: '5m' } });
  await ready(s);
  expect(values.get('test')).toEqual({ from: 1 });
  const before = s.adapter.count('snapshot');
  s.auth.state = 'expired';
  s.auth.onLogin = () => hang();
  await s.clock.advance(300_000);
  expect(s.adapter.count('snapshot')).toBe(before);
  expect(s.session.state).toMatchObject({
    kind: 'suspect',
    why: 'a check before a snapshot found nobody logged in',
  });
});

test('a store that fails or hangs costs the snapshot, not the session', async () => {
  const store: SnapshotStore = {
    load: () => hang(),
    save: () => Promise.reject(new Error('disk full')),
    remove: () => Promise.resolve(),
  };
  const s = setupWithAuth({ snapshot: { store } });
  const lease = watch(s.session.lease());
  await s.clock.advance(10_000);
  expect(lease.value?.generation).toBe(1);
  expect(s.told('snapshot').map((each) => each.outcome)).toEqual(['failed', 'failed']);
  s.adapter.peer.lost({ cause: 'crash' });
  await s.clock.advance(10_000);
  expect(s.adapter.contexts[1]?.restore).toEqual({ from: 1 });
});

import { expect } from 'vitest';
import { all, commitOf, leased, newWindow, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const FENCED = { code: 'ERR_STORE_FENCED' };
const KEY = 's/list/2024-01-01..2024-01-08';

/** Leases, fences and what makes a commit happen exactly once. */
export const leaseCases: readonly Case[] = [
  [
    'a window is claimed by one owner at a time, and by the next when the lease has run out',
    async ({ store, clock }) => {
      const first = await leased(store);
      expect(await store.claim({ owner: 'engine-2', window: KEY, ttlMs: 1000 })).toBeNull();
      expect(await store.claim({ owner: 'engine-2', window: 's/none', ttlMs: 1000 })).toBeNull();
      await clock.advance(60_001);
      const second = await store.claim({ owner: 'engine-2', window: KEY, ttlMs: 1000 });
      expect(second?.fence).toBeGreaterThan(first.fence);
      expect(await store.renew(first, 1000)).toBe(false);
      expect(second && (await store.renew(second, 1000))).toBe(true);
    },
  ],
  [
    'a zombie whose lease was taken over writes nothing',
    async ({ store, clock }) => {
      const zombie = await leased(store);
      await clock.advance(60_001);
      await store.claim({ owner: 'engine-2', window: KEY, ttlMs: 1000 });
      await expect(store.commit(commitOf(zombie, { items: [paper({ id: 'a' })] }))).rejects.toMatchObject(
        FENCED,
      );
      expect(await all(store.export({}))).toEqual([]);
      expect((await store.windows('s'))[0]?.cursor).toBe('');
      expect(await store.changes(0n, 10)).toEqual([]);
    },
  ],
  [
    'a lease that was renewed in time stays, one that was given back writes nothing',
    async ({ store, clock }) => {
      const lease = await leased(store);
      await clock.advance(50_000);
      expect(await store.renew(lease, 60_000)).toBe(true);
      await clock.advance(50_000);
      expect(await store.claim({ owner: 'engine-2', window: KEY, ttlMs: 1000 })).toBeNull();
      await store.release(lease);
      await expect(store.commit(commitOf(lease))).rejects.toMatchObject(FENCED);
      expect(await store.claim({ owner: 'engine-2', window: KEY, ttlMs: 1000 })).not.toBeNull();
    },
  ],
  [
    'the same owner claims again and its older lease is stale',
    async ({ store }) => {
      const first = await leased(store);
      const second = await leased(store);
      expect(second.fence).toBeGreaterThan(first.fence);
      await expect(store.commit(commitOf(first))).rejects.toMatchObject(FENCED);
    },
  ],
  [
    'a window that was dropped and created again does not accept the old lease',
    async ({ store }) => {
      const lease = await leased(store);
      await store.commit(commitOf(lease, { drop: true }));
      const again = await leased(store);
      expect(again.fence).toBeGreaterThan(lease.fence);
      await expect(store.commit(commitOf(lease))).rejects.toMatchObject(FENCED);
    },
  ],
  [
    'a commit whose previous cursor is not the stored one is refused as a whole',
    async ({ store }) => {
      const lease = await leased(store);
      await store.commit(commitOf(lease, { prev: '', next: { cursor: 'one' } }));
      const late = commitOf(lease, { prev: '', next: { cursor: 'two' }, items: [paper({ id: 'a' })] });
      await expect(store.commit(late)).rejects.toMatchObject(FENCED);
      expect(await store.show('a')).toEqual([]);
      expect((await store.windows('s'))[0]?.cursor).toBe('one');
    },
  ],
  [
    'a batch that is sent again after an unknown outcome changes nothing, even when the fence has moved on',
    async ({ store }) => {
      const lease = await leased(store);
      const commit = commitOf(lease, { items: [paper({ id: 'a' })] });
      const first = await store.commit(commit);
      const changes = await store.changes(0n, 10);
      await store.claim({ owner: 'engine-1', window: KEY, ttlMs: 1000 });
      expect(await store.commit(commit)).toEqual({ ...first, replayed: true });
      expect(first).toMatchObject({ inserted: 1, replayed: false });
      expect(await store.changes(0n, 10)).toEqual(changes);
    },
  ],
  [
    'a batch that does not move the cursor is replayed by its id, too',
    async ({ store }) => {
      const lease = await leased(store);
      const commit = commitOf(lease, { next: { cursor: '' }, items: [paper({ id: 'a' })] });
      await store.commit(commit);
      expect(await store.commit({ ...commit, items: [paper({ id: 'b' })] })).toMatchObject({
        replayed: true,
      });
      expect(await store.show('b')).toEqual([]);
    },
  ],
  [
    'a window keeps what an update leaves out, is split, and exists once',
    async ({ store }) => {
      const lease = await leased(store, { reason: 'first' });
      await store.plan([newWindow({ reason: 'second', cursor: 'x' })]);
      expect(await store.windows('s')).toMatchObject([{ key: KEY, reason: 'first', cursor: '' }]);
      await store.commit(
        commitOf(lease, { next: { cursor: 'a', records: 7, nextAt: 99, state: 'FETCHING' } }),
      );
      await store.commit(commitOf(lease, { prev: 'a', next: { cursor: 'b', nextAt: null } }));
      expect(await store.windows('s')).toMatchObject([
        { cursor: 'b', records: 7, nextAt: null, state: 'FETCHING', reason: 'first' },
      ]);
      const spawn = [newWindow({ to: '2024-01-04' }), newWindow({ from: '2024-01-04', lane: 'audit' })];
      await store.commit(commitOf(lease, { prev: 'b', drop: true, spawn }));
      expect((await store.windows('s')).map((each) => [each.from, each.to, each.lane])).toEqual([
        ['2024-01-01', '2024-01-04', 'backfill'],
        ['2024-01-04', '2024-01-08', 'audit'],
      ]);
      expect(await store.windows('other')).toEqual([]);
    },
  ],
  [
    'a window that repaired what another covered takes its place when that one is planned',
    async ({ store }) => {
      await store.plan([newWindow({ lane: 'repair', cursor: 'x', reason: 'records are missing' })]);
      await store.plan([newWindow({ lane: 'repair', reason: 'again' })]);
      expect(await store.windows('s')).toMatchObject([{ lane: 'repair', reason: 'records are missing' }]);
      await store.plan([newWindow({ lane: 'backfill', reason: 'its days are over' })]);
      expect(await store.windows('s')).toMatchObject([
        { lane: 'backfill', cursor: 'x', reason: 'records are missing' },
      ]);
      await store.plan([newWindow({ lane: 'repair' })]);
      expect(await store.windows('s')).toMatchObject([{ lane: 'backfill' }]);
    },
  ],
  [
    'a source keeps its memory, and a commit changes it with the records',
    async ({ store }) => {
      const lease = await leased(store);
      await store.putSource('s', 'oai-pmh', { from: '2020-01-01', memory: { a: 1 } });
      await store.commit(commitOf(lease, { source: { watermark: '2024-01-02', memory: { b: [2] } } }));
      expect(await store.sources()).toMatchObject([
        {
          id: 's',
          kind: 'oai-pmh',
          from: '2020-01-01',
          watermark: '2024-01-02',
          memory: { b: [2] },
          failures: 0,
        },
      ]);
    },
  ],
];

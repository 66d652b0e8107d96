import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { AuditRun } from '../../model/audit.ts';
import { all, commitOf, Harvest, leased, newWindow, page, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const TAIL = 's/list/2024-01-01..';
const urls = (pages: readonly { readonly url: string }[] | undefined): readonly string[] =>
  (pages ?? []).map(({ url }) => url);

function audit(change: Partial<AuditRun> = {}): AuditRun {
  return {
    id: 'audit-1',
    source: 's',
    state: 'running',
    range: { from: '2024-01-01', to: '2024-01-08' },
    methods: ['identifiers'],
    startedAt: 1000,
    endedAt: null,
    requests: 0,
    budget: 200,
    listed: 0,
    missing: 0,
    probed: 0,
    absent: 0,
    sample: null,
    note: '',
    progress: null,
    ...change,
  };
}

/** What proofs and audits ask of a store. */
export const proofCases: readonly Case[] = [
  [
    'a window remembers its last four pages, also when nothing of them was new',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      const items = [paper({ id: 'a' })];
      for (let index = 0; index < 6; index += 1) {
        const url = `http://127.0.0.1/${index}`;
        const next = { cursor: `c${index}`, look: index < 4 ? 1 : 2 };
        await harvest.add(items, { next, page: { ...page('the same'), url, fetchedAt: 10 + index } });
      }
      await harvest.add(items);
      const known = (await reader().evidence('s')).get('s/list/2024-01-01..2024-01-08');
      expect(urls(known)).toEqual([2, 3, 4, 5].map((index) => `http://127.0.0.1/${index}`));
      const sha256 = createHash('sha256').update('the same').digest('hex');
      expect(known?.[0]).toEqual({ url: 'http://127.0.0.1/2', sha256, bytes: 8, fetchedAt: 12, look: 1 });
      // The look that asked: the page that ends a look belongs to it.
      expect(known?.map(({ look }) => look)).toEqual([1, 1, 1, 2]);
    },
  ],
  [
    'windows that come out of another one begin with its pages, and a window that was there keeps its own',
    async ({ store, reader }) => {
      const own = await leased(store, { from: '2024-01-03', to: '2024-01-05' });
      await store.commit(commitOf(own, { page: { ...page('own'), url: 'own' } }));
      const tail = await leased(store, { to: null, lane: 'tail' });
      await store.commit(commitOf(tail, { next: { cursor: 'c' }, page: { ...page('1'), url: 'first' } }));
      const spawn = [newWindow({ to: '2024-01-03' }), newWindow({ from: '2024-01-03', to: '2024-01-05' })];
      const page2 = { ...page('2'), url: 'second' };
      await store.commit(
        commitOf(tail, { prev: 'c', next: { cursor: 'd' }, page: page2, drop: true, spawn }),
      );
      const evidence = await reader().evidence('s');
      expect(evidence.has(TAIL)).toBe(false);
      expect(urls(evidence.get('s/list/2024-01-01..2024-01-03'))).toEqual(['first', 'second']);
      expect(urls(evidence.get('s/list/2024-01-03..2024-01-05'))).toEqual(['own']);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'every commit is a link of one chain, whose head the identity tells; a refused or repeated one is none',
    async ({ store, reader }) => {
      const before = await reader().identity();
      expect(before).toMatchObject({ lastSeq: 0n, batch: 0n, chain: '' });
      const lease = await leased(store);
      const first = commitOf(lease, { batchId: 'first', items: [paper({ id: 'a' })], page: page('<a/>') });
      await store.commit(first);
      const one = await reader().identity();
      // The same in every store: whoever computes it from docs/integrity.md gets this.
      expect(one).toEqual({
        epoch: before.epoch,
        lastSeq: 1n,
        batch: 1n,
        chain: '0821ff1b97c0210e4da01c681363c7daa34facc638f5de67a4db1727c3560c5b',
      });
      await store.commit(first);
      await expect(store.commit(commitOf(lease, { prev: 'elsewhere' }))).rejects.toMatchObject({
        code: 'ERR_STORE_FENCED',
      });
      expect(await reader().identity()).toEqual(one);
      await store.commit(commitOf(lease, { batchId: 'second', prev: '+' }));
      const two = await reader().identity();
      expect(two).toMatchObject({ lastSeq: 1n, batch: 2n });
      expect(two.chain).not.toBe(one.chain);
    },
  ],
  [
    'the chain goes on when its first commits are rolled up',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      const items = [paper({ id: 'a' })];
      for (const batchId of ['one', 'two']) await harvest.add(items, { batchId, at: 1000 });
      const head = await reader().identity();
      const now = 100 * 86_400_000;
      expect(await store.maintain({ now, keepRawMs: null, limit: 1 })).toMatchObject({
        batchesRolledUp: 2,
        more: false,
      });
      expect(await reader().identity()).toEqual(head);
      await harvest.add([paper({ id: 'b' })], { at: now });
      expect(await reader().identity()).toMatchObject({ batch: 3n, lastSeq: 2n });
      expect(await store.maintain({ now, keepRawMs: null, limit: 1 })).toMatchObject({ batchesRolledUp: 0 });
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'what is held is read in the order of the ids, only the latest version of each, also when it is deleted',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'b', version: '1' }), paper({ id: 'B' }), paper({ id: '10' })]);
      await harvest.add([paper({ id: 'b', version: '2' }, '2024-01-04'), paper({ id: '9' })]);
      await harvest.add([{ type: 'deleted', id: 'B', datestamp: '2024-01-05', place: null }]);
      const held = await reader().held('s', { after: '', limit: 3 });
      expect(held.map(({ id }) => id)).toEqual(['10', '9', 'B']);
      expect(held[2]).toMatchObject({ deleted: true, datestamp: '2024-01-05', version: null });
      const rest = await reader().held('s', { after: 'B', limit: 3 });
      expect(rest).toMatchObject([{ id: 'b', version: '2', datestamp: '2024-01-04', deleted: false }]);
      const [feed] = (await store.changes(3n, 1)).map(({ hash, hashVersion }) => ({ hash, hashVersion }));
      expect(rest[0]).toMatchObject(feed ?? {});
      const found = await reader().find('s', ['b', 'unknown', '9']);
      expect(found.map(({ id }) => id).sort()).toEqual(['9', 'b']);
      expect(await reader().held('other', { after: '', limit: 3 })).toEqual([]);
    },
  ],
  [
    'audits are replaced by their id, read newest first, and the last hundred of a source are kept',
    async ({ store, reader }) => {
      for (let index = 0; index < 103; index += 1)
        await store.putAudit(audit({ id: `audit-${index}`, startedAt: 1000 + index }));
      await store.putAudit(audit({ id: 'other', source: 't', startedAt: 1 }));
      const ended = audit({
        id: 'audit-102',
        startedAt: 1102,
        state: 'ended',
        endedAt: 5,
        progress: { token: 'x' },
      });
      await store.putAudit(ended);
      const audits = await reader().audits('s');
      expect(audits).toHaveLength(100);
      expect(audits[0]).toEqual(ended);
      expect(audits.at(-1)?.id).toBe('audit-3');
      expect((await reader().audits()).at(-1)?.id).toBe('other');
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'windows of audits and imports are no harvest: they are read apart and counted nowhere',
    async ({ store, reader }) => {
      await leased(store, { stream: '~audit' });
      await leased(store);
      expect((await reader().windows('s')).map(({ stream }) => stream)).toEqual(['list']);
      expect((await reader().windows('s', { side: true })).map(({ stream }) => stream)).toEqual(['~audit']);
      expect((await reader().stats()).perSource[0]?.windows).toMatchObject({ open: 1 });
    },
  ],
  [
    'an export of named records holds these alone',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add(['a', 'b', 'c'].map((id) => paper({ id })));
      const found = await all(store.export({ ids: new Set(['c', 'a', 'unknown']) }));
      expect(found.map(({ fields }) => fields.id)).toEqual(['a', 'c']);
    },
  ],
];

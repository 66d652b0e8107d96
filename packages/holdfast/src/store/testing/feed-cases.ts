import { expect } from 'vitest';
import { all, Harvest, leased, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const many = (count: number, prefix = 'p'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);

/** The change feed and the exports that follow it. */
export const feedCases: readonly Case[] = [
  [
    'the feed rises without a hole, in the order of the commits, and is read in pieces',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add(many(5).map((id) => paper({ id })));
      await harvest.add([paper({ id: 'p00001', title: 'changed' })], { at: 7000 });
      const feed = await store.changes(0n, 100);
      expect(feed.map((each) => each.seq)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
      expect(feed.at(-1)).toMatchObject({
        id: 'p00001',
        kind: 'version',
        source: 's',
        version: null,
        at: 7000,
      });
      expect(await store.changes(3n, 2)).toEqual(feed.slice(3, 5));
      expect(await store.changes(6n, 2)).toEqual([]);
      expect((await store.stats()).lastSeq).toBe(6n);
    },
  ],
  [
    'an export is in the order of the feed, holds each paper once, and goes on after a position',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add(['a', 'b', 'c'].map((id) => paper({ id, categories: ['Cs.AI', id] })));
      await harvest.add([paper({ id: 'a', title: 'again', categories: ['math'] })]);
      expect((await all(store.export({}))).map((each) => [each.fields.id, each.seq])).toEqual([
        ['b', 2n],
        ['c', 3n],
        ['a', 4n],
      ]);
      expect((await all(store.export({ sinceSeq: 2n }))).map((each) => each.fields.id)).toEqual(['c', 'a']);
      expect((await all(store.export({ category: 'cs.ai' }))).map((each) => each.fields.id)).toEqual([
        'b',
        'c',
      ]);
      expect(await all(store.export({ source: 'other' }))).toEqual([]);
    },
  ],
  [
    'an export holds each paper once although they change while it runs',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      const ids = many(1200);
      await harvest.add(ids.map((id) => paper({ id, version: '1' })));
      const seen: string[] = [];
      let position = 0n;
      for await (const each of reader().export({})) {
        seen.push(each.fields.id);
        expect(each.seq).toBeGreaterThan(position);
        position = each.seq;
        if (seen.length === 10) {
          await harvest.add([...ids.slice(0, 5), ...ids.slice(-5)].map((id) => paper({ id, version: '2' })));
          await harvest.add([paper({ id: 'later' })]);
        }
      }
      expect(seen).toEqual(ids);
      // Whoever goes on after the last number misses nothing of what came meanwhile.
      const rest = (await all(store.export({ sinceSeq: position }))).map((each) => each.fields.id);
      expect(rest).toEqual([...ids.slice(0, 5), ...ids.slice(-5), 'later']);
    },
  ],
];

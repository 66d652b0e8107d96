import { expect } from 'vitest';
import { all, Harvest, leased, newWindow, page, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const QUERIES: readonly (readonly [query: string, ids: readonly string[]])[] = [
  ['quantum', ['a', 'b']],
  ['QUANTUM gravity', ['a']],
  ['"loop quantum"', ['a']],
  ['"quantum loop"', []],
  ['quantum -gravity', ['b']],
  ['gravity OR proteins', ['a', 'c']],
  ['prote*', ['c']],
  ['title:folding', ['c']],
  ['abstract:folding', []],
  ['author:Muller', ['b']],
  ['author:"müller k"', ['b']],
  ['category:q-bio.BM', ['c']],
  ['running', ['b']],
  ['NEAR(quantum gravity) OR c:*', ['b']],
  ['2301.00001', ['c']],
  ['nosuchfield:quantum', []],
];

/** Search, look-ups, raw bytes and counts. */
export const readCases: readonly Case[] = [
  [
    'search answers the query language, and a query export the same',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([
        paper({
          id: 'a',
          title: 'Loop quantum gravity',
          abstract: 'A review.',
          authors: [{ name: 'Ada Weiß' }],
          categories: ['gr-qc'],
        }),
        paper({
          id: 'b',
          title: 'Quantum circuits',
          abstract: 'They run on ions.',
          authors: [{ name: 'Müller, K.' }],
          categories: ['quant-ph'],
        }),
        paper({
          id: 'c',
          title: 'Folding',
          abstract: 'Of proteins, see 2301.00001.',
          categories: ['q-bio.BM'],
        }),
      ]);
      for (const indexed of [false, true]) {
        if (indexed) expect(await store.index(100)).toBe(0);
        for (const [query, ids] of QUERIES) {
          const exported = await all(store.export({ query }));
          expect([query, exported.map((each) => each.fields.id)]).toEqual([query, ids]);
          const found = await store.search(query);
          expect([query, found.map((each) => each.paper.fields.id).sort()]).toEqual([
            query,
            indexed ? ids : [],
          ]);
        }
      }
      expect(
        (await store.search('quantum', { category: 'GR-QC' })).map((each) => each.paper.fields.id),
      ).toEqual(['a']);
      expect(await store.search('quantum', { limit: 1 })).toHaveLength(1);
      expect(await store.search('quantum', { source: 'other' })).toEqual([]);
      expect((await store.search('proteins'))[0]?.snippet).toContain('proteins');
      await expect(store.search('"open')).rejects.toMatchObject({ code: 'ERR_QUERY' });
      await expect(store.search('-only')).rejects.toMatchObject({ code: 'ERR_QUERY' });
    },
  ],
  [
    'a paper that changes twice between two runs of the index is found by its last words alone',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const words = async (word: string): Promise<number> => (await store.search(word)).length;
      await harvest.add([paper({ id: 'a', title: 'first' }), paper({ id: 'b', title: 'other' })]);
      expect(await store.index(1)).toBe(1);
      expect(await store.index(10)).toBe(0);
      await harvest.add([paper({ id: 'a', title: 'second' })]);
      await harvest.add([paper({ id: 'a', title: 'third' })]);
      expect(await store.index(10)).toBe(0);
      expect([await words('first'), await words('second'), await words('third')]).toEqual([0, 0, 1]);
      await harvest.add([paper({ id: 'v', version: '1', title: 'one' })]);
      await store.index(10);
      await harvest.add([paper({ id: 'v', version: '2', title: 'two' }, '2024-01-03')]);
      await harvest.add([{ type: 'deleted', id: 'a', datestamp: '2024-01-09', place: null }]);
      await store.index(10);
      expect([await words('one'), await words('two'), await words('third'), await words('other')]).toEqual([
        0, 1, 0, 1,
      ]);
      expect(await store.stats()).toMatchObject({ lastSeq: 7n, indexedSeq: 7n });
    },
  ],
  [
    'all versions of what a query selects are exported when they are asked for',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([
        paper({ id: 'v', version: '1', title: 'one' }),
        paper({ id: 'w', version: '1', title: 'two' }),
      ]);
      await harvest.add([paper({ id: 'v', version: '2', title: 'two' }, '2024-01-03')]);
      await store.index(10);
      const exported = await all(store.export({ query: 'two', allVersions: true }));
      expect(exported.map(({ fields }) => [fields.id, fields.version])).toEqual([
        ['v', '1'],
        ['w', '1'],
        ['v', '2'],
      ]);
      expect((await all(store.export({ query: 'one' }))).length).toBe(0);
    },
  ],
  [
    'a DOI is shown whatever its case, any other identifier only as it is',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: '10.1101/2024.01.01.AbC' }), paper({ id: 'hep-TH/1' })]);
      expect(await store.show('10.1101/2024.01.01.aBc')).toHaveLength(1);
      expect(await store.show('hep-th/1')).toEqual([]);
    },
  ],
  [
    'the raw bytes of a record are kept with its page, a change brings the new ones, a re-stamp keeps the old',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const at = (offset: number, length: number) => ({ place: { offset, length } });
      await harvest.add(
        [paper({ id: 'a' }, '2024-01-02', at(3, 3)), paper({ id: 'b' }, '2024-01-02', at(6, 4))],
        { page: page('...aaabbbb') },
      );
      const raw = async (id: string): Promise<string> =>
        Buffer.from((await store.raw('s', id, null)) ?? []).toString();
      expect([await raw('a'), await raw('b'), await raw('c')]).toEqual(['aaa', 'bbbb', '']);
      await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-03', at(0, 1))], { page: page('A') });
      await harvest.add([paper({ id: 'b' }, '2024-01-04', at(0, 1))], { page: page('B') });
      expect([await raw('a'), await raw('b')]).toEqual(['A', 'bbbb']);
      await harvest.add(
        [{ type: 'deleted', id: 'a', datestamp: '2024-01-09', place: { offset: 0, length: 1 } }],
        { page: page('D') },
      );
      expect(await raw('a')).toBe('A');
    },
  ],
  [
    'counts tell windows by state, and sources that have nothing yet',
    async ({ store, reader }) => {
      await store.putSource('empty', 'arxiv', {});
      await store.plan([
        newWindow({ state: 'FETCHING' }),
        newWindow({ from: '2024-02-01', to: '2024-02-02', state: 'SEALED' }),
        newWindow({ from: '2024-03-01', to: '2024-03-02', state: 'VERIFIED' }),
        newWindow({ from: '2024-04-01', to: '2024-04-02', state: 'GAP' }),
        newWindow({ from: '2024-05-01', to: null, state: 'OPEN', lane: 'tail' }),
      ]);
      expect(await reader().stats()).toMatchObject({
        records: 0,
        lastSeq: 0n,
        perSource: [
          { source: 'empty', records: 0, newestDatestamp: null, gapsOpen: 0, windows: { open: 0 } },
          { source: 's', windows: { open: 2, sealed: 1, verified: 1, gap: 1 } },
        ],
      });
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'records without a version are told by their stamps, those that are deleted or have one are not',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([
        paper({ id: 'a', title: 'A' }, '2024-01-02'),
        paper({ id: 'b', version: '1', title: 'B' }, '2024-01-02'),
        paper({ id: 'c', title: 'C' }, '2024-01-03'),
        { type: 'deleted', id: 'd', datestamp: '2024-01-03', place: null },
        paper({ id: 'e', title: 'E' }, '2024-01-05'),
      ]);
      const range = { from: '2024-01-02', to: '2024-01-05' };
      expect([...(await reader().unnumbered('s', range, 9))].sort()).toEqual(['a', 'c']);
      expect((await reader().unnumbered('s', range, 1)).length).toBe(1);
      expect(await reader().unnumbered('other', range, 9)).toEqual([]);
    },
  ],
  [
    'rows are counted by the day of their stamps, each version of a record as one, first postings apart',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([
        paper({ id: 'a', version: '1', title: 'A' }, '2024-01-02'),
        paper({ id: 'b', version: '1', title: 'B' }, '2024-01-02T10:00:00Z'),
        paper({ id: 'a', version: '2', title: 'A2' }, '2024-01-04'),
        paper({ id: 'c', version: '1', title: 'C' }, '2024-01-05'),
      ]);
      expect(await reader().countByDay('s', { from: '2024-01-02', to: '2024-01-05' })).toEqual([
        { day: '2024-01-02', rows: 2, first: 2 },
        { day: '2024-01-04', rows: 1, first: 0 },
      ]);
      expect(await reader().countByDay('other', { from: '2024-01-02', to: '2024-01-05' })).toEqual([]);
    },
  ],
];

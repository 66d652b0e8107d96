import { expect } from 'vitest';
import { Harvest, leased, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const TITLE = 'On the stability of long running harvests';
const AUTHORS = [{ name: 'Ada Lovelace' }];

/** One work over several sources. */
export const linkCases: readonly Case[] = [
  [
    'one work is found over sources by every name that leads there, in circles too; guesses are kept apart',
    async ({ store }) => {
      const arxiv = new Harvest(store, await leased(store, { source: 'arxiv' }));
      const biorxiv = new Harvest(store, await leased(store, { source: 'biorxiv' }));
      const library = new Harvest(store, await leased(store, { source: 'library' }));
      await arxiv.add([
        paper({
          id: '2301.00001',
          doi: '10.1038/J1',
          title: TITLE,
          authors: AUTHORS,
          published: '2023-01-01',
        }),
        paper({ id: '2301.00002' }),
      ]);
      const journal = { journal: 'https://doi.org/10.1038/j1' };
      await biorxiv.add([paper({ id: '10.1101/2023.01.01.000001', urls: journal })]);
      await library.add([
        paper({
          id: 'oai:lib:1',
          doi: '10.1101/2023.01.01.000001v2',
          urls: { self: 'https://arxiv.org/abs/2301.00001' },
        }),
        paper({
          id: 'oai:lib:2',
          title: `${TITLE}.`,
          authors: [{ name: 'Lovelace, A.' }],
          published: '2023',
        }),
      ]);
      await store.index(100);
      expect(await store.related('arxiv', '2301.00001')).toEqual({
        exact: [
          { source: 'biorxiv', id: '10.1101/2023.01.01.000001', by: 'doi:10.1038/j1' },
          { source: 'library', id: 'oai:lib:1', by: 'arxiv:2301.00001' },
        ],
        candidates: [{ source: 'library', id: 'oai:lib:2', by: expect.stringMatching(/^title:/) as string }],
      });
      const { exact } = await store.related('biorxiv', '10.1101/2023.01.01.000001');
      expect(exact.map(({ id }) => id)).toEqual(['2301.00001', 'oai:lib:1']);
      expect((await store.related('library', 'oai:lib:2')).exact).toEqual([]);
      expect(await store.related('arxiv', '2301.00002')).toEqual({ exact: [], candidates: [] });
      expect(await store.related('arxiv', 'unknown')).toEqual({ exact: [], candidates: [] });
    },
  ],
  [
    'links follow the latest version of a record',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', doi: '10.1/x' }), paper({ id: 'b', doi: '10.1/x' })]);
      await store.index(100);
      expect((await store.related('s', 'a')).exact).toEqual([]);
      await harvest.add([paper({ id: 'a', doi: '10.1234/x' }), paper({ id: 'b', doi: '10.1234/X' })]);
      await store.index(100);
      expect((await store.related('s', 'a')).exact).toEqual([{ source: 's', id: 'b', by: 'doi:10.1234/x' }]);
      await harvest.add([paper({ id: 'b', doi: '10.1234/y' })]);
      await store.index(100);
      expect((await store.related('s', 'a')).exact).toEqual([]);
    },
  ],
  [
    'a name that many records share joins those that have it and leads no further',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const wrong = Array.from({ length: 12 }, (_, index) =>
        paper({ id: `oai:x:${String(index)}`, doi: '10.1234/proceedings' }),
      );
      await harvest.add([
        ...wrong,
        paper({ id: 'first', doi: '10.1234/proceedings 10.1234/own' }),
        paper({ id: 'second', doi: '10.1234/own' }),
      ]);
      await store.index(100);
      expect((await store.related('s', 'first')).exact).toHaveLength(13);
      expect((await store.related('s', 'second')).exact.map(({ id }) => id)).toEqual(['first']);
    },
  ],
  [
    'the versions that a source lists are given as it listed them',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const listed = [
        { version: '1', date: '2024-01-01T00:00:00Z', size: '5kb' },
        { version: '2', date: null, sourceType: 'I' },
      ];
      await harvest.add([
        paper({ id: 'a' }),
        {
          type: 'history',
          id: 'a',
          datestamp: '2024-01-02',
          place: null,
          version: '2',
          published: null,
          withdrawn: true,
          history: listed,
        },
      ]);
      expect(await store.history('s', 'a')).toEqual(listed);
      expect(await store.history('s', 'b')).toEqual([]);
    },
  ],
];

import { hash } from 'node:crypto';
import { expect } from 'vitest';
import { hashPaper } from '../../model/hash.ts';
import type { Item, JournalItem, PaperItem } from '../../model/item.ts';
import { packItems } from '../packed-items.ts';
import { packPage } from '../packed-page.ts';
import { all, Harvest, leased, page, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const LISTED = { unknown: ['version', 'published', 'withdrawn'] as const };

function history(id: string, datestamp: string, version: string): Item {
  const entries = [{ version, date: '2001-01-01T00:00:00Z' }];
  return {
    type: 'history',
    id,
    datestamp,
    place: null,
    version,
    published: '2001-01-01',
    withdrawn: false,
    history: entries,
  };
}

/** What records, their versions and their stamps do. */
export const recordCases: readonly Case[] = [
  [
    'papers that were packed for the writer are stored as others are, raw bytes and marks included',
    async ({ store }) => {
      const source = await leased(store);
      const harvest = new Harvest(store, source);
      await harvest.add([paper({ id: 'known', title: 'old' }, '2024-01-01')]);
      const imported = (id: string, deleted = false): PaperItem => ({
        ...paper({ id, version: '2', title: `ä ${id}`, deleted }, '2024-01-03'),
        place: { offset: 2, length: 3 },
        unknown: ['withdrawn'],
        imported: true,
      });
      const packed = packItems([imported('new'), imported('known'), imported('gone', true), imported('new')]);
      const result = await harvest.add([], { packed, page: page('0123456') });
      expect(result).toMatchObject({ inserted: 2, unchanged: 2, updated: 0 });
      const papers = await all(store.export({}));
      expect(
        papers.map(({ fields, datestamp }) => [fields.id, fields.title, fields.deleted, datestamp]),
      ).toEqual([
        ['known', 'old', false, '2024-01-01'],
        ['new', 'ä new', false, '2024-01-03'],
        ['gone', 'ä gone', true, '2024-01-03'],
      ]);
      for (const { fields, hash } of papers) expect(hashPaper(fields)).toBe(hash);
      expect((await store.changes(0n, 9)).map(({ kind }) => kind)).toEqual(['new', 'new', 'deleted']);
      expect(new TextDecoder().decode((await store.raw('s', 'new', '2')) ?? new Uint8Array())).toBe('234');
      await harvest.add([paper({ id: 'new', title: 'harvested' }, '2020-01-01', LISTED)]);
      expect((await store.show('new'))[0]).toMatchObject({ fields: { title: 'harvested' } });
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'packed papers are known again in whatever order and letters their identifiers come',
    async ({ store }) => {
      const source = await leased(store);
      const harvest = new Harvest(store, source);
      const batches = [
        ['b', 'aé', 'c'],
        ['b', 'a', 'aé', '\u{1F600}', '\uffee', 'zz'],
        ['zz', '\uffee', '\u{1F600}', 'zé', 'zzz', 'zz', 'b', 'a', 'd'],
      ];
      const imported = (id: string): PaperItem => ({
        ...paper({ id, version: '1', title: id }, '2024-01-03'),
        unknown: ['withdrawn'],
        imported: true,
      });
      const inserted: number[] = [];
      for (const ids of batches) {
        inserted.push((await harvest.add([], { packed: packItems(ids.map(imported)) })).inserted);
      }
      expect(inserted).toEqual([3, 4, 3]);
      const ids = ['b', 'aé', 'c', 'a', '\u{1F600}', '\uffee', 'zz', 'zé', 'zzz', 'd'];
      const changes = await store.changes(0n, 99);
      expect(changes.map(({ seq, id, kind }) => [Number(seq), id, kind])).toEqual(
        ids.map((id, index) => [index + 1, id, 'new']),
      );
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a page that comes packed is kept as any other',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const raw = page('0123456');
      const ready = { ...raw, packed: await packPage(raw.bytes) };
      const item = { ...paper({ id: 'x', title: 'X' }, '2024-01-01'), place: { offset: 2, length: 3 } };
      await harvest.add([item], { page: ready });
      expect(new TextDecoder().decode((await store.raw('s', 'x', null)) ?? new Uint8Array())).toBe('234');
      const [evidence] = [...(await store.evidence('s')).values()].flat();
      expect(evidence).toMatchObject({ bytes: 7, sha256: hash('sha256', raw.bytes) });
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'hostile text comes back as it was given',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const ids = [
        '1e+05',
        '0001.00010',
        '2301.00001',
        "x'; DROP TABLE papers; --",
        'ä/\u202E\u0000?',
        '10.1101/A<b>',
        '5',
        '5.0',
        '%',
      ];
      const title = 'NUL \0, half \uD800 a pair, <script>, "quotes" \u{1F600}';
      const abstract = 'word '.repeat(400_000).trim();
      await harvest.add(
        ids.map((id) => paper({ id, title, abstract: id === '5' ? abstract : null, urls: { pdf: id } })),
      );
      for (const id of ids) {
        const [stored] = await store.show(id);
        expect(stored?.fields.id).toBe(id);
        expect(stored?.fields.urls['pdf']).toBe(paper({ id, urls: { pdf: id } }).fields.urls['pdf']);
        expect(stored?.fields.title).toBe('NUL \uFFFD, half \uFFFD a pair, <script>, "quotes" \u{1F600}');
        expect(stored && hashPaper(stored.fields)).toBe(stored?.hash);
      }
      expect((await store.show('5'))[0]?.fields.abstract).toHaveLength(abstract.length);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'the same page twice writes nothing the second time',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const items = [paper({ id: 'a', title: 'x' }), paper({ id: 'b', title: 'y' })];
      expect(await harvest.add(items, { page: page('<a/>') })).toMatchObject({
        inserted: 2,
        updated: 0,
        unchanged: 0,
      });
      const feed = await store.changes(0n, 10);
      expect(await harvest.add(items, { page: page('<a/>') })).toMatchObject({
        inserted: 0,
        updated: 0,
        unchanged: 2,
      });
      expect(await store.changes(0n, 10)).toEqual(feed);
    },
  ],
  [
    'a re-stamp is stored and is no change; an older page never overwrites',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-02')]);
      expect(await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-05')])).toMatchObject({
        restamped: 1,
      });
      expect(await harvest.add([paper({ id: 'a', title: 'old' }, '2024-01-03')])).toMatchObject({
        unchanged: 1,
      });
      expect(await store.show('a')).toMatchObject([{ datestamp: '2024-01-05', fields: { title: 'x' } }]);
      expect((await store.stats()).perSource).toMatchObject([
        { source: 's', records: 1, newestDatestamp: '2024-01-05' },
      ]);
      expect(await store.changes(0n, 10)).toHaveLength(1);
    },
  ],
  [
    'one record several times in a batch is one row, and its last content counts',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const items = ['x', 'y', 'y', 'z'].map((title) => paper({ id: 'a', title }));
      expect(await harvest.add(items)).toMatchObject({ inserted: 1, updated: 2, unchanged: 1 });
      expect((await all(store.export({ allVersions: true }))).map((each) => each.fields.title)).toEqual([
        'z',
      ]);
      expect((await store.stats()).records).toBe(1);
    },
  ],
  [
    'the same identifier in two sources is two records',
    async ({ store }) => {
      await new Harvest(store, await leased(store)).add([paper({ id: 'a', title: 'x' })]);
      await new Harvest(store, await leased(store, { source: 't' })).add([paper({ id: 'a', title: 'y' })]);
      expect((await store.show('a')).map((each) => each.source)).toEqual(['s', 't']);
      expect((await store.show('a', 't')).map((each) => each.fields.title)).toEqual(['y']);
      expect(await store.stats()).toMatchObject({ records: 2 });
    },
  ],
  [
    'versions are ordered as text of any length and the greatest is the latest',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      for (const version of ['2', '10', '9'])
        await harvest.add([paper({ id: 'a', version, title: version })]);
      expect((await store.show('a')).map((each) => each.fields.version)).toEqual(['10', '9', '2']);
      expect((await all(store.export({}))).map((each) => each.fields.version)).toEqual(['10']);
      expect((await all(store.export({ allVersions: true }))).map((each) => each.fields.version)).toEqual([
        '2',
        '10',
        '9',
      ]);
      expect((await store.changes(0n, 9)).map((each) => each.kind)).toEqual(['new', 'version', 'completed']);
    },
  ],
  [
    'a record always has a latest version, also when its history names an older one than is here',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', version: '3', title: 'third' }, '2024-01-04')]);
      await store.index(9);
      await harvest.add([
        paper({ id: 'a', title: 'listed' }, '2024-01-04', LISTED),
        history('a', '2024-01-04', '1'),
      ]);
      expect(await all(store.verify())).toEqual([]);
      await store.index(9);
      expect((await all(store.export({}))).map(({ fields }) => fields.version)).toEqual(['3']);
      expect((await store.search('third')).map(({ paper: { fields } }) => fields.id)).toEqual(['a']);
      expect((await store.stats()).records).toBe(1);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a harvest that only confirms an imported version may make it the latest',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const imported = { unknown: [], imported: true } as const;
      const third = { id: 'a', version: '3', title: 'same' };
      await harvest.add([paper(third, '2024-01-04', imported)]);
      await harvest.add([paper({ id: 'a', version: '2', title: 'second' }, '2024-01-06')]);
      await harvest.add([paper(third, '2024-01-07')]);
      expect((await all(store.export({}))).map(({ fields }) => fields.version)).toEqual(['3']);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a history may give the harvested version the number of one that was imported meanwhile',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', version: '2', title: 'harvested' }, '2024-01-03')]);
      const imported = { unknown: [], imported: true } as const;
      await harvest.add([paper({ id: 'a', version: '3', title: 'imported' }, '2024-01-04', imported)]);
      await harvest.add([history('a', '2024-01-03', '3')]);
      const papers = await all(store.export({ allVersions: true }));
      expect(papers.map(({ fields: { version, title } }) => [version, title])).toEqual([
        ['2', 'harvested'],
        ['3', 'harvested'],
      ]);
      expect((await all(store.export({}))).map(({ fields }) => fields.version)).toEqual(['3']);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a listing that came after the greatest version stays the latest when that version is told again',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const listed = { unknown: ['version'] } as const;
      await harvest.add([paper({ id: 'a', version: '1', title: 'first' }, '2024-01-01')]);
      await harvest.add([paper({ id: 'a', title: 'first' }, '2024-01-06', listed)]);
      await harvest.add([paper({ id: 'a', version: '2', title: 'second' }, '2024-01-02')]);
      await harvest.add([paper({ id: 'a', title: 'third' }, '2024-01-04', listed)]);
      await harvest.add([paper({ id: 'a', version: '2', title: 'second, corrected' }, '2024-01-02')]);
      expect((await all(store.export({}))).map(({ fields }) => fields.title)).toEqual(['third']);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a listed paper is completed by its history, and the lines stay one a version',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-02', LISTED)]);
      await harvest.add([history('a', '2024-01-02', '1')]);
      await harvest.add([paper({ id: 'a', title: 'y' }, '2024-01-05', LISTED)]);
      expect((await store.show('a')).map((each) => each.fields.version)).toEqual([null, '1']);
      await harvest.add([history('a', '2024-01-05', '1')]);
      expect(
        (await all(store.export({ allVersions: true }))).map((each) => [
          each.fields.version,
          each.fields.title,
        ]),
      ).toEqual([['1', 'y']]);
      await harvest.add([
        paper({ id: 'a', title: 'z' }, '2024-01-07', LISTED),
        history('a', '2024-01-07', '2'),
      ]);
      expect((await store.show('a')).map((each) => [each.fields.version, each.fields.title])).toEqual([
        ['2', 'z'],
        ['1', 'y'],
      ]);
      expect((await store.changes(0n, 9)).map((each) => each.kind)).toEqual([
        'new',
        'completed',
        'completed',
        'completed',
        'completed',
        'version',
      ]);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a tombstone keeps the metadata, one of an unknown record is kept as well, and a record can come back',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-02')]);
      await harvest.add([
        { type: 'deleted', id: 'a', datestamp: '2024-01-03', place: null },
        { type: 'deleted', id: 'b', datestamp: '2024-01-03', place: null },
      ]);
      expect(
        (await all(store.export({}))).map(({ fields }) => [fields.id, fields.deleted, fields.title]),
      ).toEqual([
        ['a', true, 'x'],
        ['b', true, null],
      ]);
      await harvest.add([paper({ id: 'a', title: 'x' }, '2024-01-04')]);
      expect((await store.changes(0n, 9)).map((each) => [each.id, each.kind])).toEqual([
        ['a', 'new'],
        ['a', 'deleted'],
        ['b', 'deleted'],
        ['a', 'version'],
      ]);
    },
  ],
  [
    'a journal link is kept for a preprint that comes later, and completes it without a new version',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const link: JournalItem = {
        type: 'journal',
        id: 'a',
        datestamp: '2024-01-09',
        place: null,
        url: 'https://doi.org/10.1/j',
        journalRef: 'J',
      };
      expect(await harvest.add([link])).toMatchObject({ missing: 0 });
      const preprint = (version: string): Item =>
        paper({ id: 'a', version, title: version }, `2024-01-0${version}`, {
          unknown: ['journalRef', 'urls.journal'],
        });
      await harvest.add([preprint('1')]);
      await harvest.add([preprint('2'), link, preprint('1')]);
      expect(await store.show('a')).toMatchObject([
        { fields: { version: '2', journalRef: 'J', urls: { journal: 'https://doi.org/10.1/j' } } },
        { fields: { version: '1', journalRef: 'J' } },
      ]);
      expect((await store.changes(0n, 9)).map((each) => each.kind)).toEqual(['new', 'version']);
    },
  ],
];

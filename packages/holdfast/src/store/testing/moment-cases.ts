import { expect } from 'vitest';
import type { RecordRows, StoreMoment } from '../port.ts';
import { Harvest, leased, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

async function walk(moment: StoreMoment, limit: number): Promise<readonly RecordRows[]> {
  const found: RecordRows[] = [];
  for (let after = ''; ;) {
    const page = await moment.lastChanges('s', { after, limit });
    if (page.length === 0) return found;
    found.push(...page);
    after = page.at(-1)?.id ?? after;
  }
}

/** What proofs read. */
export const momentCases: readonly Case[] = [
  [
    'the last changes of all records come whole, by the bytes of their ids, whatever the size of a page',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      const ids = ['b', 'a', '\u{1F600}', '\uFFFD', 'ä', 'B', 'a b'];
      await harvest.add(ids.map((id) => paper({ id, version: '1' })));
      await harvest.add(['2', '3', '4', '10'].map((version) => paper({ id: 'a', version }, '2024-01-03')));
      await harvest.add([paper({ id: 'b', version: '1' }, '2024-01-09')]);
      const whole = await walk(reader(), 100);
      expect(whole.map(({ id }) => id)).toEqual(['B', 'a', 'a b', 'b', 'ä', '\uFFFD', '\u{1F600}']);
      expect(whole[1]?.rows.map(({ version }) => version).toSorted()).toEqual(['1', '10', '2', '3', '4']);
      // A mere re-stamp is no change: the change keeps the stamp with which it was written.
      expect(whole[3]).toMatchObject({
        datestamp: '2024-01-09',
        rows: [{ datestamp: '2024-01-02', seq: 1n }],
      });
      for (const limit of [1, 2, 3, 6]) expect(await walk(reader(), limit)).toEqual(whole);
      expect(await reader().lastChanges('other', { after: '', limit: 5 })).toEqual([]);
    },
  ],
  [
    'a moment sees nothing of what is committed meanwhile',
    async ({ store, reader }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'a', version: '1' })]);
      await reader().moment(async (moment) => {
        await harvest.add([paper({ id: 'a', version: '2' }), paper({ id: 'b' })]);
        expect(await moment.identity()).toMatchObject({ lastSeq: 1n });
        expect((await moment.changes(0n, 10)).map(({ seq }) => seq)).toEqual([1n]);
        expect(await walk(moment, 10)).toMatchObject([{ id: 'a', rows: [{ version: '1' }] }]);
      });
      expect((await reader().identity()).lastSeq).toBe(3n);
      await expect(reader().moment(() => Promise.reject(new TypeError('work')))).rejects.toThrow(TypeError);
    },
  ],
];

import { expect } from 'vitest';
import type { Item } from '../../model/item.ts';
import { bad, Harvest, leased, page, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const listed = (id: string, datestamp: string): Item => ({ type: 'listed', id, datestamp, place: null });

/** Gaps and the quarantine. */
export const troubleCases: readonly Case[] = [
  [
    'a listed record that is absent or older opens a gap, and its arrival closes it',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([paper({ id: 'old' }, '2024-01-02')]);
      const items = [
        listed('old', '2024-01-05'),
        listed('absent', '2024-01-03'),
        listed('old', '2024-01-02'),
      ];
      expect(await harvest.add(items, { at: 6000 })).toMatchObject({ missing: 2, unchanged: 1 });
      const gaps = [...(await store.gaps('s'))].sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(gaps).toMatchObject([
        {
          key: 'id:absent',
          id: 'absent',
          datestamp: '2024-01-03',
          state: 'open',
          since: 6000,
          attempts: 0,
          range: null,
        },
        { key: 'id:old', id: 'old', datestamp: '2024-01-05' },
      ]);
      expect(await store.stats()).toMatchObject({ gapsOpen: 2, perSource: [{ source: 's', gapsOpen: 2 }] });
      await harvest.add([
        paper({ id: 'old', title: 'still older' }, '2024-01-04'),
        paper({ id: 'absent' }, '2024-01-03'),
      ]);
      expect((await store.gaps()).map((gap) => gap.id)).toEqual(['old']);
      await harvest.add([{ type: 'deleted', id: 'old', datestamp: '2024-01-05', place: null }]);
      expect(await store.gaps()).toEqual([]);
    },
  ],
  [
    'a gap keeps its tries when it is listed again, and starts anew when it is listed under a newer stamp',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      await harvest.add([listed('a', '2024-01-03')], { at: 6000 });
      const [gap] = await store.gaps();
      if (!gap) throw new Error('no gap');
      await store.putGaps(
        's',
        [{ ...gap, attempts: 3, state: 'confirmed-absent', lastAnswer: 'idDoesNotExist', nextAt: 9 }],
        7000,
      );
      await harvest.add([listed('a', '2024-01-03')], { at: 8000 });
      expect(await store.gaps()).toMatchObject([
        { attempts: 3, state: 'confirmed-absent', since: 6000, nextAt: 9 },
      ]);
      expect(await store.stats()).toMatchObject({
        gapsOpen: 0,
        gapsConfirmedAbsent: 1,
        perSource: [{ source: 's', gapsOpen: 0 }],
      });
      await harvest.add([listed('a', '2024-01-06')], { at: 9000 });
      expect(await store.gaps()).toMatchObject([
        { attempts: 0, state: 'open', since: 6000, datestamp: '2024-01-06' },
      ]);
    },
  ],
  [
    'gaps of ranges are opened and closed by key, in a commit or beside one',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const range = { stream: 'list', from: '2024-01-01', to: '2024-01-02' };
      const gap = {
        key: 'range:x',
        id: null,
        range,
        datestamp: null,
        reason: 'r',
        attempts: 1,
        state: 'open',
        lastAnswer: null,
        nextAt: null,
      } as const;
      await harvest.add([], { gaps: [gap], at: 6000 });
      expect(await store.gaps('s')).toEqual([{ ...gap, source: 's', since: 6000 }]);
      await harvest.add([], { closeGaps: ['range:x'] });
      await store.putGaps('s', [gap], 1);
      await store.closeGaps('s', ['range:x']);
      expect(await store.gaps()).toEqual([]);
    },
  ],
  [
    'the quarantine owns its bytes, knows them again, and is settled by the record or by a person',
    async ({ store }) => {
      const harvest = new Harvest(store, await leased(store));
      const entries = [bad('a', '<a', '2024-01-03'), bad(null, '<?')];
      expect(await harvest.add([], { bad: entries, page: page('<a<?'), at: 6000 })).toMatchObject({
        quarantined: 2,
      });
      expect(await harvest.add([], { bad: entries, page: page('<a<?'), at: 7000 })).toMatchObject({
        quarantined: 2,
      });
      const stored = await store.quarantine();
      expect(stored).toMatchObject([
        {
          id: 'a',
          state: 'open',
          since: 6000,
          attempts: 0,
          code: 'ERR_XML',
          url: 'http://127.0.0.1/oai',
          contentType: 'text/xml',
        },
        { id: null, state: 'open', note: null },
      ]);
      expect(stored.map((each) => Buffer.from(each.bytes).toString())).toEqual(['<a', '<?']);
      await harvest.add([paper({ id: 'a' }, '2024-01-02')]);
      expect(await store.stats()).toMatchObject({ quarantined: 2 });
      await harvest.add([paper({ id: 'a' }, '2024-01-03')]);
      expect(await store.quarantine({ state: 'redriven' })).toMatchObject([{ id: 'a' }]);
      await harvest.add([], { bad: entries });
      expect((await store.quarantine()).map((each) => each.state)).toEqual(['redriven', 'open']);
      const nameless = stored[1]?.number ?? 0;
      expect(await store.settleQuarantine(nameless, 'open', 'failed again')).toBe(true);
      expect(await store.settleQuarantine(nameless, 'acknowledged', 'seen')).toBe(true);
      expect(await store.settleQuarantine(4711, 'acknowledged', null)).toBe(false);
      await harvest.add([], { bad: entries });
      expect(await store.quarantine({ source: 's', state: 'acknowledged' })).toMatchObject([
        { attempts: 1, note: 'seen' },
      ]);
      expect(await store.stats()).toMatchObject({ quarantined: 0 });
    },
  ],
];

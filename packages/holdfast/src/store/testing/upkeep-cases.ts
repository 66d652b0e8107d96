import { expect } from 'vitest';
import { addDays, startOf } from '../../model/day.ts';
import type { MaintainOptions, Store } from '../port.ts';
import { all, bad, Harvest, incident, leased, page, paper } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const TODAY = '2026-06-30';
const DAY = 86_400_000;
const NOW = startOf(TODAY) + DAY / 2;
const FROM_THE_FIRST = '2000-01-01';

const upkeep = (store: Store, change: Partial<MaintainOptions> = {}) =>
  store.maintain({ now: NOW, keepRawMs: null, limit: 10, ...change });

/** Every record `p0`, `p1` … has a page of its own, fetched an hour after the one before. */
async function harvestPages(store: Store, count: number): Promise<Harvest> {
  const harvest = new Harvest(store, await leased(store));
  for (let index = 0; index < count; index += 1) {
    const items = [paper({ id: `p${index}` }, '2024-01-02', { place: { offset: 5, length: 2 } })];
    const fetchedAt = NOW - DAY + index * 3_600_000;
    await harvest.add(items, {
      page: { ...page(`page ${index}`), fetchedAt },
      bad: [bad(`bad${index}`, `bytes ${index}`)],
    });
  }
  return harvest;
}

/** Upkeep: what is rolled up, what is dropped, and when. */
export const upkeepCases: readonly Case[] = [
  [
    'incidents that have been over for 30 days become totals, exactly once',
    async ({ store, reader }) => {
      const over = NOW - 30 * DAY;
      const began = startOf('2026-05-20');
      await store.putIncidents([
        incident({ id: 'a', startedAt: began, recoveredAt: began + 1000, recordsAffected: 5 }),
        incident({ id: 'b', startedAt: began + 7, recoveredAt: began + 5007, recordsAffected: 1 }),
        incident({ id: 'c', cause: 'asleep', startedAt: began, recoveredAt: began + 9 }),
        incident({ id: 'd', startedAt: began - DAY, recoveredAt: over - 1 }),
        incident({ id: 'recent', startedAt: began, recoveredAt: over }),
        incident({ id: 'lasting', startedAt: 1 }),
      ]);
      const done = await upkeep(store);
      expect(done).toMatchObject({ incidentsRolledUp: 4, more: false });
      const totals = await reader().incidentTotals(FROM_THE_FIRST);
      const one = { count: 1, recordsAffected: 0 };
      const lasted = over - 1 - (began - DAY);
      expect(totals).toEqual([
        { day: '2026-05-19', cause: 'outage', ...one, durationMs: lasted, longestMs: lasted },
        { day: '2026-05-20', cause: 'asleep', ...one, durationMs: 9, longestMs: 9 },
        {
          day: '2026-05-20',
          cause: 'outage',
          count: 2,
          durationMs: 6000,
          longestMs: 5000,
          recordsAffected: 6,
        },
      ]);
      expect((await reader().incidents()).map(({ id }) => id)).toEqual(['recent', 'lasting']);
      expect(await upkeep(store)).toMatchObject({ incidentsRolledUp: 0 });
      expect(await reader().incidentTotals(FROM_THE_FIRST)).toEqual(totals);
      expect(await reader().incidentTotals('2026-05-20')).toHaveLength(2);
      // A later step adds to a total that is there.
      expect(await upkeep(store, { now: NOW + 1 })).toMatchObject({ incidentsRolledUp: 1 });
      expect((await reader().incidentTotals('2026-05-20'))[1]).toMatchObject({
        count: 3,
        recordsAffected: 6,
      });
    },
  ],
  [
    'totals, timelines and disk samples are kept for 400 days',
    async ({ store, reader }) => {
      const first = addDays(TODAY, -399);
      const before = addDays(TODAY, -400);
      for (const day of [before, first]) {
        const startedAt = startOf(day);
        await store.putIncidents([incident({ id: day, startedAt, recoveredAt: startedAt + 1 })]);
        await store.putTimelines([{ source: 's', day, slots: 'o'.repeat(288) }]);
        await upkeep(store, { now: startOf(day) });
      }
      await upkeep(store);
      expect((await reader().incidentTotals(FROM_THE_FIRST)).map(({ day }) => day)).toEqual([first]);
      expect((await reader().timelines(FROM_THE_FIRST)).map(({ day }) => day)).toEqual([first]);
      expect((await reader().diskSamples()).map(({ day }) => day)).toEqual([first, TODAY]);
    },
  ],
  [
    'timelines older than 30 days become hours',
    async ({ store, reader }) => {
      const slots = `${'o'.repeat(287)}b`;
      const kept = addDays(TODAY, -30);
      const old = addDays(TODAY, -31);
      await store.putTimelines(
        [kept, old].flatMap((day) => ['s', 't'].map((source) => ({ source, day, slots }))),
      );
      expect(await upkeep(store)).toMatchObject({ timelinesRolledUp: 2, more: false });
      const hours = `${'o'.repeat(23)}b`;
      const timelines = ['s', 't'].flatMap((source) => [
        { source, day: old, slots: hours },
        { source, day: kept, slots },
      ]);
      expect(await reader().timelines(FROM_THE_FIRST)).toEqual(timelines);
      expect(await upkeep(store)).toMatchObject({ timelinesRolledUp: 0 });
      expect(await reader().timelines(FROM_THE_FIRST)).toEqual(timelines);
    },
  ],
  [
    'each day has one sample of the size, the last one',
    async ({ store, reader }) => {
      await upkeep(store, { now: NOW - DAY });
      await upkeep(store, { now: NOW - DAY + 1 });
      const { walBytes } = await upkeep(store);
      const samples = await reader().diskSamples();
      expect(samples.map(({ day }) => day)).toEqual([addDays(TODAY, -1), TODAY]);
      expect(walBytes).toBe((await reader().stats()).walBytes);
    },
  ],
  [
    'raw pages are dropped after their time, some at once, the oldest first; everything else stays',
    async ({ store, reader }) => {
      const harvest = await harvestPages(store, 6);
      const kept = async (): Promise<readonly string[]> => {
        const ids = Array.from({ length: 6 }, (_, index) => `p${index}`);
        const raws = await Promise.all(ids.map((id) => reader().raw('s', id, null)));
        return ids.filter((_, index) => raws[index] !== null);
      };
      const drop = (hours: number, limit: number) =>
        upkeep(store, { keepRawMs: DAY - hours * 3_600_000 - 1, limit });
      expect(await upkeep(store)).toMatchObject({ rawPagesDropped: 0, more: false });
      expect(await drop(3, 2)).toMatchObject({ rawPagesDropped: 2, more: true });
      expect(await kept()).toEqual(['p2', 'p3', 'p4', 'p5']);
      expect(await drop(3, 9)).toMatchObject({ rawPagesDropped: 2, more: false });
      expect(await drop(3, 9)).toMatchObject({ rawPagesDropped: 0 });
      expect(await kept()).toEqual(['p4', 'p5']);
      expect(await all(store.verify())).toEqual([]);
      expect(await all(store.export({}))).toHaveLength(6);
      expect(Buffer.from((await store.quarantine())[0]?.bytes ?? []).toString()).toBe('bytes 0');
      // What comes again brings its bytes again, and a mere re-stamp does not need them.
      await harvest.add([paper({ id: 'p0' }, '2024-01-05')]);
      const place = { offset: 0, length: 4 };
      await harvest.add([paper({ id: 'p1', title: 'new' }, '2024-01-05', { place })], {
        page: page('page 1'),
      });
      expect(await kept()).toEqual(['p1', 'p4', 'p5']);
      expect(await all(store.verify())).toEqual([]);
    },
  ],
  [
    'a page that is used again counts as fetched then',
    async ({ store }) => {
      const harvest = await harvestPages(store, 1);
      const place = { offset: 0, length: 1 };
      await harvest.add([paper({ id: 'later' }, '2024-01-02', { place })], {
        page: { ...page('page 0'), fetchedAt: NOW },
      });
      await upkeep(store, { keepRawMs: 3_600_000 });
      expect(Buffer.from((await store.raw('s', 'later', null)) ?? []).toString()).toBe('p');
      expect(await all(store.verify())).toEqual([]);
    },
  ],
];

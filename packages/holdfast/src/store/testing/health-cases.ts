import { expect } from 'vitest';
import type { Incident } from '../../model/incident.ts';
import { incident } from './fixtures.ts';
import type { Case } from './fixtures.ts';

const ids = (incidents: readonly Incident[]): readonly string[] => incidents.map(({ id }) => id);

/** Incidents and timelines as they are written and read. */
export const healthCases: readonly Case[] = [
  [
    'an incident comes back as it was put, and what is put again replaces it',
    async ({ store, reader }) => {
      const first = incident({
        id: 'a',
        actions: [{ at: 5, what: 'Waited, "politely".' }],
        nextAttemptAt: 9,
      });
      const second = incident({ id: 'b', startedAt: 10 });
      await store.putIncidents([first, second]);
      await store.putIncidents([first, second]);
      expect(await reader().incidents()).toEqual([second, first]);
      const over = { ...first, recoveredAt: 77, count: 3, recordsAffected: 12, nextAttemptAt: null };
      await store.putIncidents([over]);
      expect(await reader().incidents()).toEqual([second, over]);
      await store.putIncidents([]);
      expect(await reader().incidents()).toHaveLength(2);
    },
  ],
  [
    'incidents are asked for by their end, their sources and their number, the newest first',
    async ({ store, reader }) => {
      await store.putIncidents([
        incident({ id: 'old', startedAt: 1, recoveredAt: 2, sources: ['s', 't'] }),
        incident({ id: 'long', startedAt: 3, sources: ['s'] }),
        incident({ id: 'twin-1', startedAt: 5, recoveredAt: 50, sources: ['u'] }),
        incident({ id: 'twin-2', startedAt: 5, recoveredAt: 40, sources: ['st'] }),
        incident({ id: 'new', startedAt: 9, sources: [] }),
      ]);
      const read = async (query: Parameters<typeof store.incidents>[0]): Promise<readonly string[]> =>
        ids(await reader().incidents(query));
      expect(await read({})).toEqual(['new', 'twin-2', 'twin-1', 'long', 'old']);
      expect(await read({ open: true })).toEqual(['new', 'long']);
      expect(await read({ open: false })).toEqual(['twin-2', 'twin-1', 'old']);
      expect(await read({ since: 41 })).toEqual(['new', 'twin-1', 'long']);
      expect(await read({ since: 40, open: false })).toEqual(['twin-2', 'twin-1']);
      expect(await read({ source: 's' })).toEqual(['long', 'old']);
      expect(await read({ source: 's', open: true })).toEqual(['long']);
      expect(await read({ limit: 2 })).toEqual(['new', 'twin-2']);
      expect(await read({ limit: 1, open: false, source: 't' })).toEqual(['old']);
      expect(await read({ source: 'nobody' })).toEqual([]);
    },
  ],
  [
    'timelines are read by source and day, and a day that is put again is replaced',
    async ({ store, reader }) => {
      const day = (source: string, name: string, letter: string) => ({
        source,
        day: name,
        slots: letter.repeat(288),
      });
      await store.putTimelines([
        day('t', '2026-03-02', 'o'),
        day('s', '2026-03-02', 'o'),
        day('s', '2026-03-01', 'o'),
      ]);
      await store.putTimelines([day('s', '2026-03-02', 'b')]);
      expect(await reader().timelines('2026-03-02')).toEqual([
        day('s', '2026-03-02', 'b'),
        day('t', '2026-03-02', 'o'),
      ]);
      expect((await reader().timelines('2026-03-01')).map((each) => `${each.source} ${each.day}`)).toEqual([
        's 2026-03-01',
        's 2026-03-02',
        't 2026-03-02',
      ]);
      expect(await reader().timelines('2026-03-03')).toEqual([]);
    },
  ],
];

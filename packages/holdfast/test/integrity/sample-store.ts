import { VirtualClock } from '@holdfast/resilience/clock';
import type { Item } from '../../src/model/item.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import {
  bad,
  commitOf,
  Harvest,
  incident,
  leased,
  newWindow,
  noise,
  page,
  paper,
} from '../../src/store/testing/fixtures.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);

/** Writes a small store that has rows in every table, some of its ledger rolled up, and words in its index. */
export async function makeSampleStore(file: string): Promise<void> {
  const store = await openStore({ file, clock: new VirtualClock({ start: NOW }) });
  const harvest = new Harvest(store, await leased(store));
  for (let batch = 0; batch < 12; batch += 1) {
    const at = NOW - (batch < 8 ? 60 - batch / 2 : 1) * DAY_MS;
    await harvest.add(itemsOf(batch), {
      batchId: `batch-${batch}`,
      at,
      page: { ...page(`page ${batch} ${noise(batch, 200).toString('hex')}`), fetchedAt: at },
      bad: batch % 3 === 0 ? [bad(`bad${batch}`, `<a>${batch}`)] : [],
    });
  }
  const other = await leased(store, { source: 't', stream: 'details' });
  const spawn = [newWindow({ source: 't', stream: 'details', to: '2024-01-04' })];
  await store.commit(commitOf(other, { batchId: 'split', at: NOW, drop: true, spawn, items: itemsOf(3) }));
  await store.putGaps('s', [gap('lost'), gap('gone')], NOW);
  await store.putIncidents([
    incident({ id: 'over', startedAt: NOW - 50 * DAY_MS, recoveredAt: NOW - 49 * DAY_MS }),
    incident({ id: 'lasts', startedAt: NOW }),
  ]);
  await store.putTimelines([{ source: 's', day: '2026-11-22', slots: 'o'.repeat(288) }]);
  await store.putAudit({
    id: 'audit-1',
    source: 's',
    state: 'ended',
    range: { from: '2024-01-01', to: '2024-01-08' },
    methods: ['identifiers'],
    startedAt: NOW - 1000,
    endedAt: NOW,
    requests: 3,
    budget: 200,
    listed: 60,
    missing: 1,
    probed: 0,
    absent: 0,
    sample: null,
    note: 'It asked for everything.',
    progress: { token: 'x' },
  });
  await store.index(10);
  await harvest.add([paper({ id: 'p1', title: 'indexed twice' }, '2024-01-07')], { at: NOW });
  // While the index lags, the text of a record that it has not come to is compared with nothing (docs/integrity.md).
  await store.index(1000);
  const upkeep = { now: NOW, keepRawMs: 59 * DAY_MS, limit: 10 };
  while ((await store.maintain(upkeep)).more);
  await store.close();
}

function itemsOf(batch: number): readonly Item[] {
  return Array.from({ length: 6 }, (_, index): Item => {
    const id = `p${(batch * 5 + index) % 50}`;
    const datestamp = `2024-01-0${(batch % 7) + 1}`;
    if (index === 3) return history(id, datestamp, batch);
    if (index === 4) {
      const url = `https://doi.example/10.1/${id}`;
      return { type: 'journal', id: `late${id}`, datestamp, place: null, journalRef: 'J. 1', url };
    }
    const fields = {
      id,
      version: String((batch % 3) + 1),
      title: `Title ${batch} of ${id}`,
      abstract: `Words, words; ${batch}`,
    };
    return paper(fields, datestamp, { place: { offset: index, length: 4 } });
  });
}

function history(id: string, datestamp: string, batch: number): Item {
  const entries = [{ version: '1', date: `2001-01-0${(batch % 9) + 1}T00:00:00Z` }];
  const told = { version: '1', published: '2001-01-01', withdrawn: false, history: entries };
  return { type: 'history', id, datestamp, place: null, ...told };
}

function gap(id: string) {
  const times = { attempts: 1, lastAnswer: 'absent', nextAt: NOW } as const;
  return {
    key: `record:${id}`,
    id,
    range: null,
    datestamp: null,
    reason: 'It was listed.',
    state: 'open',
    ...times,
  } as const;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import type { Store } from '../../src/store/port.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { all, Harvest, leased, paper } from '../../src/store/testing/fixtures.ts';
import { chosenSeed } from '../process/seed.ts';
import { randomOf } from './random.ts';
import type { Random } from './random.ts';

const ROUNDS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 2000 : 40;

test('imports, harvests, histories and deletions in any order leave the same in both stores, and verify agrees', async () => {
  const seed = chosenSeed('both stores');
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-both-'));
  const clock = new VirtualClock();
  const sqlite = await openStore({ file: join(folder, 'a.db'), clock });
  const memory = new MemoryStore({ clock });
  for (let round = 0; round < ROUNDS; round += 1) {
    const [source, random] = [`s${round}`, randomOf(seed + round)];
    const [one, other] = [await harvestOf(sqlite, source), await harvestOf(memory, source)];
    for (let step = 0; step < 10; step += 1) {
      const item = itemOf(random);
      await one.add([item]);
      await other.add([item]);
      expect(await latest(sqlite, source), `seed ${seed}, round ${round}`).toEqual(
        await latest(memory, source),
      );
    }
  }
  expect(await all(sqlite.verify()), `seed ${seed}`).toEqual([]);
  await sqlite.close();
  rmSync(folder, { recursive: true });
}, 600_000);

async function harvestOf(store: Store, source: string): Promise<Harvest> {
  return new Harvest(store, await leased(store, { source }));
}

async function latest(store: Store, source: string): Promise<readonly unknown[]> {
  const papers = await all(store.export({ source }));
  return papers.map(({ fields, hash, datestamp }) => [fields.version, hash, datestamp]);
}

function itemOf(random: Random): Item {
  const [id, datestamp, version] = ['a', `2024-01-0${1 + random(6)}`, String(1 + random(4))];
  const title = `Title ${random(3)}`;
  const told = { published: null, withdrawn: false, history: [] };
  const items: readonly Item[] = [
    { type: 'history', id, datestamp, place: null, version, ...told },
    { type: 'deleted', id, datestamp, place: null },
    paper({ id, version: null, title }, datestamp, { unknown: ['version'] }),
    paper({ id, version, title }, datestamp),
    paper({ id, version: random(3) === 0 ? null : version, title }, datestamp, { imported: true }),
  ];
  return items[random(items.length)] ?? { type: 'deleted', id, datestamp, place: null };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openReader, openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { all } from '../../src/store/testing/fixtures.ts';
import { chosenSeed } from '../process/seed.ts';
import { findings } from './flips.ts';
import { RandomHistory } from './random-history.ts';
import { randomOf } from './random.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-alarms-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('after random histories verify raises no alarm, with the store open, closed and opened again', async () => {
  const first = chosenSeed('random histories');
  const sums = { batches: 0n, seqs: 0n };
  for (let seed = first; seed < first + (FULL ? 200 : 1); seed += 1) {
    const file = join(folder, `${seed}.db`);
    const clock = new VirtualClock({ start: Date.UTC(2026, 0, 1) });
    const random = randomOf(seed);
    for (let life = 0; life < 2; life += 1) {
      const store = await openStore({ file, clock });
      const history = new RandomHistory(store, clock, randomOf(random(1e9)));
      for (let step = 0; step < 30; step += 1) await history.step();
      const { batch, lastSeq } = await store.identity();
      sums.batches += batch;
      sums.seqs += lastSeq;
      await store.close();
      expect(await findings(file), `seed ${seed}`).toEqual([]);
    }
  }
  expect(sums.batches).toBeGreaterThan(10n);
  expect(sums.seqs).toBeGreaterThan(20n);
}, 600_000);

test('while an engine commits, rolls up and indexes, verify raises no alarm', async () => {
  const seed = chosenSeed('verify beside an engine');
  const file = join(folder, 'busy.db');
  const clock = new VirtualClock({ start: Date.UTC(2026, 0, 1) });
  const store = await openStore({ file, clock });
  const history = new RandomHistory(store, clock, randomOf(seed));
  let ended = false;
  const writing = (async () => {
    for (let step = 0; step < (FULL ? 3000 : 40); step += 1) await history.step();
    ended = true;
  })();
  const reader = openReader({ file });
  let rounds = 0;
  for (; !ended; rounds += 1) expect(await all(reader.verify()), `seed ${seed}`).toEqual([]);
  await writing;
  await reader.close();
  await store.close();
  expect(rounds).toBeGreaterThan(0);
}, 600_000);

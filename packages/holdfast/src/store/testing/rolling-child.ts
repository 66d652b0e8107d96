/** Commits old batches and rolls them up, round after round until it is killed; tells how many batches there are. */
import { VirtualClock } from '@holdfast/resilience/clock';
import { openStore } from '../sqlite/sqlite-store.ts';
import { Harvest, leased, paper } from './fixtures.ts';

const [file = ''] = process.argv.slice(2);
const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;
const store = await openStore({ file, clock: new VirtualClock({ start: NOW }) });
const harvest = new Harvest(store, await leased(store, {}, `engine-${process.pid}`));
for (;;) {
  const { batch } = await store.identity();
  for (let index = 0; index < 3; index += 1) {
    const batchId = `${process.pid}-${batch}-${index}`;
    // Of this day and the day before, so that a step leaves something to the next one.
    await harvest.add([paper({ id: batchId })], { batchId, at: index === 0 ? DAY_MS : 2 * DAY_MS });
  }
  process.send?.(Number(batch) + 3);
  while ((await store.maintain({ now: NOW, keepRawMs: null, limit: 10 })).more);
}

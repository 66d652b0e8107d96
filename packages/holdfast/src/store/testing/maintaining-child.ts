/** Puts incidents that are long over and rolls them up, round after round until it is killed; tells each round. */
import { VirtualClock } from '@holdfast/resilience/clock';
import { openStore } from '../sqlite/sqlite-store.ts';
import { Harvest, incident, leased, page, paper } from './fixtures.ts';

const [file = '', size = '10'] = process.argv.slice(2);
const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;
const store = await openStore({ file, clock: new VirtualClock({ start: NOW }) });
const harvest = new Harvest(store, await leased(store, {}, `engine-${process.pid}`));
const rolledUp = (await store.incidentTotals('1970-01-01')).reduce((sum, { count }) => sum + count, 0);
const left = (await store.incidents()).length;
for (let round = (rolledUp + left) / Number(size); ; round += 1) {
  const ids = Array.from({ length: Number(size) }, (_, index) => `${round}-${index}`);
  await store.putIncidents(ids.map((id) => incident({ id, recoveredAt: DAY_MS })));
  const place = { offset: 0, length: 4 };
  const items = [paper({ id: `p${process.pid}-${round}` }, '2024-01-02', { place })];
  await harvest.add(items, {
    batchId: `${process.pid}-${round}`,
    page: page(`page ${process.pid} ${round}`),
  });
  await store.maintain({ now: NOW, keepRawMs: DAY_MS, limit: 10 });
  process.send?.(round + 1);
}

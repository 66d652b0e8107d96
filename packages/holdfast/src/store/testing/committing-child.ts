/** Commits batch after batch until it is killed, and acknowledges each to its parent once it is durable. */
import { systemClock } from '@holdfast/resilience/clock';
import { openStore } from '../sqlite/sqlite-store.ts';
import { commitOf, leased, page, paper } from './fixtures.ts';

const [file = '', batch = '10'] = process.argv.slice(2);
const store = await openStore({ file, clock: systemClock });
const lease = await leased(store, {}, `engine-${process.pid}`);
let cursor = Number(lease.window.cursor || '0');
for (;;) {
  const first = cursor * Number(batch);
  const items = Array.from({ length: Number(batch) }, (_, index) =>
    paper({ id: `p${first + index}`, title: `Title ${first + index}`, abstract: 'word '.repeat(100) }),
  );
  const commit = commitOf(lease, {
    batchId: `batch-${cursor}`,
    prev: cursor === 0 ? '' : String(cursor),
    next: { cursor: String(cursor + 1) },
    page: page(`page ${cursor}`),
    items,
  });
  await store.commit(commit);
  cursor += 1;
  process.send?.(cursor);
}

import type { OperationRun } from './operation-run.ts';

/** Whether an item was done by an earlier run, which is then counted and told. */
export function wasDone<V, Tx>(run: OperationRun<V, Tx>, path: string): boolean {
  if (run.setup.journal.get(path)?.state !== 'done') return false;
  run.setup.tally.itemsBefore += 1;
  run.emit(() => ({ type: 'item', path, how: 'before' }));
  return true;
}

/** Moves the cursor: the item is done. */
export async function finishItem<V, Tx>(
  run: OperationRun<V, Tx>,
  path: string,
  position: number,
): Promise<void> {
  const { journal, clock, tally } = run.setup;
  await journal.put({ path, kind: 'item', state: 'done', position, at: clock.now() });
  tally.itemsDone += 1;
  run.emit(() => ({ type: 'item', path, how: 'done' }));
}

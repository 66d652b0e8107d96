import { assertFunction } from './operation-limits.ts';
import type { Place, Scope } from './scope.ts';

/** Writes data with its entry, unless that was done. */
export async function runCommit<V, Tx>(
  { run }: Scope<V, Tx>,
  { path, position, entry }: Place,
  write: (tx: Tx) => void | Promise<void>,
): Promise<void> {
  assertFunction(write, 'write');
  const { journal, tally, clock, dryRun } = run.setup;
  if (entry?.state === 'done') {
    run.emit(() => ({ type: 'commit', path, how: 'before' }));
    return;
  }
  if (dryRun) {
    tally.commitsSkipped += 1;
    run.emit(() => ({ type: 'commit', path, how: 'dry' }));
    return;
  }
  await journal.commit({ path, kind: 'commit', state: 'done', position, at: clock.now() }, write);
  tally.commits += 1;
  run.emit(() => ({ type: 'commit', path, how: 'written' }));
}

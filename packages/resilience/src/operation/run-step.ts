import type { Lease } from '../session/lease.ts';
import type { JsonValue } from '../state/state-store.ts';
import type { Place, Scope } from './scope.ts';
import { assertFunction } from './operation-limits.ts';
import { copyOf, storable } from './storable.ts';

/** Runs a step, or gives its result when it is known. */
export async function runStep<V, Tx, T extends JsonValue | void>(
  scope: Scope<V, Tx>,
  { path, name, position, entry }: Place,
  work: (lease: Lease<V>) => Promise<T>,
): Promise<T> {
  assertFunction(work, 'work');
  const { run } = scope;
  const { journal, tally, clock } = run.setup;
  if (entry?.state === 'done') {
    tally.stepsReplayed += 1;
    run.emit(() => ({ type: 'step', path, how: 'replayed' }));
    return copyOf(entry.value) as T;
  }
  const result = await scope.borrow(path, (lease) => scope.limited(lease, () => work(lease)));
  const value = storable(result, `Step "${name}" (${path})`);
  const done = { path, kind: 'step', state: 'done', position, at: clock.now() } as const;
  await journal.put(value === undefined ? done : { ...done, value });
  tally.stepsRun += 1;
  run.emit(() => ({ type: 'step', path, how: 'ran' }));
  return copyOf(value) as T;
}

import { InvalidOptionError } from '../errors.ts';
import { pathOf } from './entry-path.ts';
import { finishItem, wasDone } from './finish-item.ts';
import type { Scope } from './scope.ts';

/** The numbers of a range that are not done, each with its body as a frame of the scope. */
export function rangeItems<V, Tx>(
  scope: Scope<V, Tx>,
  name: string,
  first: number,
  last: number,
): AsyncIterable<number> {
  if (!Number.isSafeInteger(first)) throw new InvalidOptionError('first', 'must be a whole number');
  if (!Number.isSafeInteger(last)) throw new InvalidOptionError('last', 'must be a whole number');
  return { [Symbol.asyncIterator]: () => iterate(scope, name, first, last) };
}

async function* iterate<V, Tx>(
  scope: Scope<V, Tx>,
  name: string,
  first: number,
  last: number,
): AsyncGenerator<number, void, undefined> {
  const { run } = scope;
  const place = scope.enter('range', name);
  try {
    await scope.beginItems(place);
  } finally {
    scope.leave();
  }
  for (let number = first; number <= last; number += 1) {
    const path = pathOf(place.path, String(number));
    if (wasDone(run, path)) continue;
    run.setup.signal.throwIfAborted();
    if (!run.takeItem() && run.stop !== undefined) scope.stopHere(run.stop);
    scope.push(path);
    try {
      yield number;
      scope.assertOver();
    } finally {
      scope.pop();
      await scope.giveBack();
    }
    run.setup.signal.throwIfAborted();
    await finishItem(run, path, number - first);
  }
}

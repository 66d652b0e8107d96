import { InvalidOptionError } from '../errors.ts';
import { pathOf } from './entry-path.ts';
import { finishItem, wasDone } from './finish-item.ts';
import { isStop, OperationMisuseError } from './operation-error.ts';
import { assertFunction, wholeFromOne } from './operation-limits.ts';
import type { Operation } from './operation-port.ts';
import type { Place, Scope } from './scope.ts';

/** How items are told apart, and how many are done at a time. */
export interface EachOptions<I> {
  readonly id: (item: I) => string;
  readonly concurrency?: number;
}

type Work<I, V, Tx> = (item: I, operation: Operation<V, Tx>) => Promise<void>;

/**
 * Does the items that are not done with several workers. When one fails the others finish what they have begun, and
 * nothing new begins; several failures go up as an AggregateError.
 */
export async function eachItem<I, V, Tx>(
  outer: Scope<V, Tx>,
  place: Place,
  items: Iterable<I> | AsyncIterable<I>,
  options: EachOptions<I>,
  work: Work<I, V, Tx>,
): Promise<void> {
  assertFunction(work, 'work');
  const { run } = outer;
  const workers = wholeFromOne(options?.concurrency ?? run.setup.concurrency);
  const queue = new ItemQueue(items, place, options?.id);
  await outer.beginItems(place);
  const failures: unknown[] = [];
  let isStopped = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      if (failures.length > 0 || isStopped) return;
      const next = await queue.pull();
      if (next === undefined) return;
      if (wasDone(run, next.path)) continue;
      if (failures.length > 0 || isStopped || !run.takeItem()) {
        isStopped = true;
        return;
      }
      await doItem(outer.inner(next.path), next, work);
    }
  };
  const guarded = (): Promise<void> =>
    worker().catch((error: unknown) => {
      if (isStop(error)) isStopped = true;
      else failures.push(error);
    });
  await Promise.all(Array.from({ length: workers }, guarded));
  await queue.end();
  run.setup.signal.throwIfAborted();
  if (failures.length > 1) {
    throw new AggregateError(failures, `${failures.length} items of ${place.path} failed.`);
  }
  if (failures.length === 1) throw failures[0];
  if (isStopped && run.stop !== undefined) outer.stopHere(run.stop);
}

interface Pulled<I> {
  readonly item: I;
  readonly path: string;
  readonly position: number;
}

async function doItem<I, V, Tx>(
  inner: Scope<V, Tx> & Operation<V, Tx>,
  { item, path, position }: Pulled<I>,
  work: Work<I, V, Tx>,
): Promise<void> {
  try {
    await work(item, inner);
    inner.assertOver();
  } finally {
    await inner.giveBack();
  }
  inner.signal.throwIfAborted();
  await finishItem(inner.run, path, position);
}

/** Items one at a time, whoever asks. */
class ItemQueue<I> {
  readonly #iterator: Iterator<I> | AsyncIterator<I>;
  readonly #place: Place;
  readonly #id: (item: I) => string;
  readonly #ids = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #isDone = false;

  constructor(items: Iterable<I> | AsyncIterable<I>, place: Place, id: (item: I) => string) {
    assertFunction(id, 'id');
    this.#iterator = iteratorOf(items);
    this.#place = place;
    this.#id = id;
  }

  pull(): Promise<Pulled<I> | undefined> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {
      this.#isDone = true;
    });
    return turn;
  }

  /** Tells an iterator that it is not needed any more. */
  async end(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#iterator.return?.();
  }

  async #next(): Promise<Pulled<I> | undefined> {
    if (this.#isDone) return undefined;
    const next = await this.#iterator.next();
    if (next.done === true) {
      this.#isDone = true;
      return undefined;
    }
    const id = this.#id(next.value);
    const position = this.#ids.size;
    if (this.#ids.size === this.#ids.add(id).size) {
      throw new OperationMisuseError(
        'ERR_OPERATION_DUPLICATE',
        `Two items of ${this.#place.path} have the id ${JSON.stringify(id)}.`,
      );
    }
    return { item: next.value, path: pathOf(this.#place.path, id, 'id'), position };
  }
}

function iteratorOf<I>(items: Iterable<I> | AsyncIterable<I>): Iterator<I> | AsyncIterator<I> {
  const source = Object(items) as Partial<Iterable<I> & AsyncIterable<I>>;
  const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.();
  if (iterator === undefined) throw new InvalidOptionError('items', 'must be a list, or iterable');
  return iterator;
}

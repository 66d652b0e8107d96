import { queueLength, whole } from './checked.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { Places } from './places.ts';
import { checkFields } from '../../known-fields.ts';
import type { Known } from '../../known-fields.ts';

/** What makes a bulkhead. */
export interface BulkheadOptions {
  /** Most calls at once. */
  readonly concurrent: number;
  /** Most callers that wait for a place, in the order in which they asked; default 0, may be `Infinity`. */
  readonly queue?: number;
  /** Names it in its errors. */
  readonly name?: string;
}

const KNOWN: Known<BulkheadOptions> = { concurrent: true, queue: true, name: true };

/**
 * A fixed number of calls at once, with a queue before it; may be shared by several policies. A call that was abandoned
 * at its timeout keeps its place until its work has really ended.
 * @throws InvalidOptionError naming the option.
 */
export function bulkhead(options: BulkheadOptions): ConcurrencyLimit {
  checkFields(options, Object.keys(KNOWN), 'concurrency.');
  const { name } = options;
  const places = new Places(whole(options.concurrent, 1, 'concurrency.concurrent'), {
    name,
    queue: queueLength(options.queue ?? 0, 'concurrency.queue'),
    onTaken: () => 0,
    onEnded: () => {},
  });
  return {
    kind: 'bulkhead',
    ...(name === undefined ? {} : { name }),
    acquire: (signal) => places.acquire(signal),
    snapshot: () => places.snapshot(),
  };
}

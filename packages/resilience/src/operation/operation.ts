import type { SupervisedSession } from '../session/supervised-session.ts';
import type { JsonValue } from '../state/state-store.ts';
import type { Operation, OperationOptions, OperationReport } from './operation-port.ts';
import { assertFunction, limitsOf } from './operation-limits.ts';
import { perform } from './perform.ts';

/**
 * Runs `work`, or goes on with it where an earlier run of the same key ended: what the ledger knows as done is not
 * done again. A finished operation gives its result without running. The program may change in between, but the names
 * and the order of what it did must stay.
 *
 * @throws OperationBusyError (`ERR_OPERATION_BUSY`), OperationChangedError (`ERR_OPERATION_CHANGED`),
 *   LedgerFencedError, `signal.reason` at once when it aborts, or what `work` threw. What was done until then is kept.
 */
export function operation<V, Tx, T extends JsonValue | void>(
  key: string,
  options: OperationOptions<V, Tx> & { readonly session: SupervisedSession<V> },
  work: (operation: Operation<V, Tx>) => Promise<T>,
): Promise<OperationReport<T>>;
export function operation<Tx, T extends JsonValue | void>(
  key: string,
  options: OperationOptions<undefined, Tx> & { readonly session?: undefined },
  work: (operation: Operation<undefined, Tx>) => Promise<T>,
): Promise<OperationReport<T>>;
export function operation<V, Tx, T extends JsonValue | void>(
  key: string,
  options: OperationOptions<V, Tx>,
  work: (operation: Operation<V, Tx>) => Promise<T>,
): Promise<OperationReport<T>> {
  return runOperation(key, options, work);
}

/** `operation`, whether or not there is a session. */
export async function runOperation<V, Tx, T extends JsonValue | void>(
  key: string,
  options: OperationOptions<V, Tx>,
  work: (operation: Operation<V, Tx>) => Promise<T>,
): Promise<OperationReport<T>> {
  const limits = limitsOf(key, options);
  assertFunction(work, 'work');
  options.signal?.throwIfAborted();
  if (options.dryRun === true) {
    const known = (await options.ledger.runs(key)).find((run) => run.key === key);
    const now = limits.clock.now();
    const run = known ?? { key, state: 'running', starts: 0, startedAt: now, updatedAt: now };
    return await perform({ options, limits, work, run, claim: undefined });
  }
  const { ledger, signal } = options;
  const claim = await ledger.claim(key, signal === undefined ? {} : { signal });
  try {
    return await perform({ options, limits, work, run: claim.run, claim });
  } finally {
    await claim.release();
  }
}

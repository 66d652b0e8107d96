import { classify } from '../../classify/classify.ts';
import { ResilienceError } from '../../errors.ts';
import type { PgClientLike } from './pg-client-like.ts';
import { classifyPg } from './pg-rules.ts';

/** Clients whose COMMIT was sent and not answered. */
const COMMITTING = new WeakSet<PgClientLike>();

/** How a transaction is made. */
export interface TransactionOptions {
  /**
   * Whether committing the same work twice does no harm (`ON CONFLICT DO NOTHING`), so that `use` may run it again
   * after a COMMIT without an answer; default false.
   */
  readonly idempotent?: boolean;
}

/** Whether nobody here knows whether a COMMIT of this client has taken effect, and it must not be made twice. */
export function isCommitting(client: PgClientLike): boolean {
  return COMMITTING.has(client);
}

/**
 * Runs `work` between BEGIN and COMMIT, and ROLLBACK when it throws.
 *
 * What it throws says what became of the transaction. `ERR_COMMIT_IN_DOUBT`: the connection was lost while COMMIT was
 * on its way, so nobody here knows; look before repeating. Anything else: it was not committed.
 *
 * Through a lease that error is the `cause` of a SessionLostError. `use` does not run its work again when the
 * connection was lost, or the deadline of the call passed, while COMMIT was on its way, unless it is `idempotent`: it
 * rejects with what was met (SessionLostError, TimeoutError). An `effect` of an operation looks whether it was done.
 * @throws what `work` throws; ResilienceError `ERR_COMMIT_IN_DOUBT`, or `ERR_TRANSACTION_ROLLED_BACK` when `work`
 * went on after a statement had failed.
 */
export async function inTransaction<C extends PgClientLike, T>(
  client: C,
  work: (client: C) => Promise<T>,
  { idempotent = false }: TransactionOptions = {},
): Promise<T> {
  await client.query('BEGIN');
  let result: T;
  try {
    result = await work(client);
  } catch (error) {
    await rollback(client);
    throw error;
  }
  if (!idempotent) COMMITTING.add(client);
  await commit(client);
  return result;
}

async function commit(client: PgClientLike): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('COMMIT'));
  } catch (error) {
    // The connection of a COMMIT in doubt is gone, or is given up: it stays in doubt.
    if (!isAnswer(error)) throw inDoubt(error);
    COMMITTING.delete(client);
    throw error;
  }
  COMMITTING.delete(client);
  // The server answers the COMMIT of a failed transaction by rolling it back, without an error.
  if (command === 'ROLLBACK') throw rolledBack();
}

/** A failure of ROLLBACK is the loss of the connection, which rolls back as well and is told by the watch. */
async function rollback(client: PgClientLike): Promise<void> {
  await client.query('ROLLBACK').catch(() => undefined);
}

/** Whether the server itself has refused the COMMIT, rather than the connection having ended under it. */
function isAnswer(error: unknown): boolean {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // Codes of sockets (EPIPE) look alike, but no class of SQLSTATE begins with E.
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E');
  // 57014 may come when the commit is already on disk and waits for a replica.
  return isSqlState && code !== '57014' && (classifyPg(error) ?? classify(error)).category !== 'session-lost';
}

function inDoubt(cause: unknown): ResilienceError {
  return new ResilienceError(
    'The connection was lost during COMMIT: nobody knows whether it has taken effect.',
    {
      code: 'ERR_COMMIT_IN_DOUBT',
      hint: 'Look for what the transaction wrote before repeating it.',
      cause,
      verdict: {
        category: 'session-lost',
        scope: 'session',
        safeToReplay: 'unknown',
        evidence: 'class',
        code: 'ERR_COMMIT_IN_DOUBT',
      },
    },
  );
}

function rolledBack(): ResilienceError {
  return new ResilienceError('A statement of the transaction had failed, so COMMIT rolled it back.', {
    code: 'ERR_TRANSACTION_ROLLED_BACK',
    hint: 'Let errors of statements leave the transaction, or use a savepoint around what may fail.',
    verdict: {
      category: 'permanent',
      scope: 'call',
      safeToReplay: 'no',
      evidence: 'class',
      code: 'ERR_TRANSACTION_ROLLED_BACK',
    },
  });
}

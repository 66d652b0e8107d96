import type { Verdict } from '../../classify/verdict.ts';
import type { AdapterContext, SessionAdapter, SessionView } from '../../session/adapter.ts';
import type { PgClientLike } from './pg-client-like.ts';
import { PgConnection } from './pg-connection.ts';
import { isCommitting } from './in-transaction.ts';
import { classifyPg } from './pg-rules.ts';

/** What a PostgreSQL session is made of. */
export interface PgAdapterOptions<C extends PgClientLike> {
  /** Makes a client that is not connected yet: `() => new pg.Client(config)`. Called for every generation. */
  readonly connect: () => C;
  /**
   * Called on each new connection before anybody else gets it, for what a connection forgets: `SET` statements,
   * `LISTEN`. `SET client_connection_check_interval = '5s'` lets the server end statements of lost connections.
   */
  readonly prepare?: (client: C, context: AdapterContext) => Promise<void>;
}

/**
 * One PostgreSQL connection as a supervised resource, by `pg.Client`. It does one thing at a time, so one lease is out
 * at a time; a transaction that a lease leaves open is rolled back before the next. Use `inTransaction` for what must
 * be whole.
 */
export function pgAdapter<C extends PgClientLike>(options: PgAdapterOptions<C>): SessionAdapter<C> {
  const connections = new WeakMap<C, PgConnection>();
  const of = (client: C): PgConnection => known(connections.get(client));
  return {
    kind: 'pg',
    open: async ({ signal }) => {
      signal.throwIfAborted();
      const client = options.connect();
      const connection = new PgConnection(client);
      connections.set(client, connection);
      await connected(client, connection, options, signal);
      return client;
    },
    close: (client, context) => of(client).close(context),
    watch: (client, lost) => of(client).watch(lost),
    probe: async (client) => void (await client.query('SELECT 1')),
    view: cleanView(of),
    classify: (error, client) =>
      classifyPg(error) ?? (client !== undefined && of(client).isLost ? LOST : undefined),
    inDoubt: isCommitting,
    maxLeases: 1,
    replace: 'open-then-close',
  };
}

/** An error of the socket (ECONNRESET) on a connection that is known to be gone. */
const LOST: Verdict = {
  category: 'session-lost',
  scope: 'session',
  safeToReplay: 'unknown',
  evidence: 'flag',
};

async function connected<C extends PgClientLike>(
  client: C,
  connection: PgConnection,
  { prepare }: PgAdapterOptions<C>,
  signal: AbortSignal,
): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([client.connect().then(() => prepare?.(client, { signal })), aborted]);
  } catch (error) {
    await connection.close({ force: true, signal });
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A lease works with the connection itself; nothing of an open transaction reaches the next lease. */
function cleanView<C extends PgClientLike>(of: (client: C) => PgConnection): SessionView<C, C> {
  return {
    open: async (client) => client,
    watch: () => ({ [Symbol.dispose]: () => undefined }),
    close: async (client) => {
      const isClean = client.getTransactionStatus?.() === 'I';
      if (!isClean && !of(client).isLost) await client.query('ROLLBACK');
    },
  };
}

function known(connection: PgConnection | undefined): PgConnection {
  if (connection === undefined) throw new TypeError('This client was not opened by this adapter.');
  return connection;
}

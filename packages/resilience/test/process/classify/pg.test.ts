import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { classifyPg, PG_RULES } from '../../../src/adapters/pg/pg-rules.ts';
import { Client } from 'pg';
import { Postgres } from '../adapters/testing/postgres.ts';
import { closedPort, startFaultyServer } from './testing/faulty-server.ts';
import { driverTable, failure, RowCount } from './testing/row-count.ts';
import type { Expected } from './testing/row-count.ts';

const lost: Expected = { category: 'session-lost', scope: 'session', safeToReplay: 'unknown' };
const permanent: Expected = { category: 'permanent', scope: 'call', safeToReplay: 'no' };
const late: Expected = { category: 'timeout', scope: 'call' };

/** By its own name: what `pg` makes of it does not load under the conditions of the tests. */
const POOL: string = 'pg-pool';

/** One user who may connect twice, and one who is asked for a password. */
const SETUP = `
  CREATE ROLE crowd LOGIN CONNECTION LIMIT 2;
  CREATE ROLE guarded LOGIN PASSWORD 'secret';
  COPY (VALUES ('host all guarded all scram-sha-256'), ('host all all all trust')) TO '/HBA';
  SELECT pg_reload_conf()`;

describe.skipIf(!covered('PostgreSQL', Postgres.isThere))('pg', () => {
  const count = new RowCount([driverTable('pg', PG_RULES)], classifyPg);
  let postgres: Postgres;
  let config: pg.ClientConfig;
  let admin: pg.Client;
  beforeAll(async () => {
    postgres = await Postgres.start();
    config = { host: '127.0.0.1', port: postgres.port, user: 'demo', database: 'postgres' };
    admin = await connected();
    const { rows } = await admin.query<{ hba_file: string }>('SHOW hba_file');
    await admin.query(SETUP.replace('/HBA', rows[0]?.hba_file ?? ''));
  });
  afterAll(async () => {
    await admin.end();
    await postgres[Symbol.asyncDispose]();
  });

  async function connected(more: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new Client({ ...config, ...more });
    // Without a listener a lost connection ends the process.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async function pidOf(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return rows[0]?.pid ?? Number.NaN;
  }

  /** Resolves when the server works on a statement of this backend: what comes earlier would hit nothing. */
  async function asleep(pid: number): Promise<void> {
    const text = "SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'";
    await expect.poll(async () => (await admin.query(text, [pid])).rowCount, { timeout: 10_000 }).toBe(1);
  }

  /** The socket of a server that was killed is reset, or ended when all of it was read. */
  function gone(error: unknown): void {
    const isReset = (error as { code?: string }).code === 'ECONNRESET';
    count.live(error, isReset ? { category: 'network', safeToReplay: 'unknown' } : lost);
  }

  test('a backend that the administrator ended, in the call and after it', async () => {
    const client = await connected();
    const pid = await pidOf(client);
    const running = failure(() => client.query('SELECT pg_sleep(20)'));
    const ended = new Promise((resolve) => client.once('end', resolve));
    await asleep(pid);
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    count.live(await running, { ...lost, code: '57P01', evidence: 'code' });
    await ended;
    const next = await failure(() => client.query('SELECT 1'));
    expect((next as Error).message).toMatch(/not queryable/);
    count.live(next, { ...lost, evidence: 'message' });
  });

  test('idle in a transaction for too long', async () => {
    const client = await connected();
    const ended = new Promise((resolve) => client.once('error', resolve));
    await client.query("SET idle_in_transaction_session_timeout = '50ms'; BEGIN");
    count.live(await ended, { ...lost, code: '25P03' });
  });

  test('statement_timeout and a cancellation by somebody have one code', async () => {
    const client = await connected({ statement_timeout: 50 });
    const error = await failure(() => client.query('SELECT pg_sleep(20)'));
    count.live(error, { ...late, safeToReplay: 'yes', code: '57014' });
    await client.query('SET statement_timeout = 0');
    const pid = await pidOf(client);
    const running = failure(() => client.query('SELECT pg_sleep(20)'));
    await asleep(pid);
    await admin.query('SELECT pg_cancel_backend($1)', [pid]);
    count.live(await running, { ...late, safeToReplay: 'yes', code: '57014' });
    await client.end();
  });

  test('too many connections', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 3 }, async () => await connected({ user: 'crowd' })),
    );
    const refused = all.find((one) => one.status === 'rejected');
    const code = '53300';
    count.live(refused?.reason, { category: 'rate-limit', scope: 'call', safeToReplay: 'yes', code });
    for (const one of all) if (one.status === 'fulfilled') await one.value.end();
  });

  test('a wrong password, and none at all', async () => {
    const refused: Expected = { category: 'auth-expired', scope: 'auth', safeToReplay: 'no' };
    count.live(await failure(() => connected({ user: 'guarded', password: 'wrong' })), {
      ...refused,
      code: '28P01',
    });
    count.live(await failure(() => connected({ user: 'guarded' })), refused);
  });

  test('statements and data that are wrong', async () => {
    count.live(await failure(() => connected({ database: 'missing' })), { ...permanent, code: '3D000' });
    await admin.query('CREATE TABLE connections (id int PRIMARY KEY)');
    await admin.query('INSERT INTO connections VALUES (1)');
    const twice = await failure(() => admin.query('INSERT INTO connections VALUES (1)'));
    count.live(twice, { ...permanent, code: '23505' });
    count.live(await failure(() => admin.query('SELECT 1/0')), { ...permanent, code: '22012' });
    count.live(await failure(() => admin.query('SELECT * FROM nothing')), { ...permanent, code: '42P01' });
  });

  test('two transactions that wait for each other: one is rolled back', async () => {
    await admin.query(
      'CREATE TABLE pair (id int PRIMARY KEY, n int); INSERT INTO pair VALUES (1, 0), (2, 0)',
    );
    const [one, two] = [await connected(), await connected()];
    await one.query("SET deadlock_timeout = '50ms'; BEGIN; UPDATE pair SET n = 1 WHERE id = 1");
    await two.query("SET deadlock_timeout = '50ms'; BEGIN; UPDATE pair SET n = 2 WHERE id = 2");
    const outcomes = await Promise.allSettled([
      one.query('UPDATE pair SET n = 1 WHERE id = 2'),
      two.query('UPDATE pair SET n = 2 WHERE id = 1'),
    ]);
    const victim = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    count.live(victim.reason, { category: 'network', scope: 'call', safeToReplay: 'yes', code: '40P01' });
    await Promise.all([one.end(), two.end()]);
  });

  test('limits of time of the client', async () => {
    const client = await connected({ query_timeout: 50 });
    count.live(await failure(() => client.query('SELECT pg_sleep(1)')), { ...late, safeToReplay: 'unknown' });
    await client.end();
    await using silent = await startFaultyServer();
    const never = failure(() => connected({ port: silent.port, connectionTimeoutMillis: 100 }));
    count.live(await never, late);
  });

  test('a server without TLS', async () => {
    const error = await failure(() => connected({ ssl: true }));
    count.live(error, { category: 'tls', safeToReplay: 'no' });
  });

  test('a pool that its owner has ended', async () => {
    const { default: Pool } = (await import(POOL)) as { default: typeof pg.Pool };
    const pool = new Pool({ ...config, Client });
    await pool.end();
    count.live(await failure(() => pool.query('SELECT 1')), permanent);
  });

  test('nobody listens', async () => {
    const error = await failure(async () => await connected({ port: await closedPort() }));
    expect(classifyPg(error)).toBeUndefined();
    count.live(error, { category: 'network', safeToReplay: 'yes', code: 'ECONNREFUSED' });
  });

  // Last: the server starts all of its backends again.
  test('one backend is killed: every client loses its connection', async () => {
    const [victim, bystander] = [await connected(), await connected()];
    const pid = await pidOf(victim);
    const told = new Promise((resolve) => admin.once('error', resolve));
    const calls = [victim, bystander].map((client) => failure(() => client.query('SELECT pg_sleep(20)')));
    await asleep(pid);
    process.kill(pid, 'SIGKILL');
    for (const call of calls) gone(await call);
    gone(await told);
    admin = await recovered();
  });

  /** Connects as soon as the server takes connections again; what it says until then has a row too. */
  async function recovered(): Promise<pg.Client> {
    for (;;) {
      try {
        return await connected();
      } catch (error) {
        gone(error);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  test('a connection that fails on the side of the server', () => {
    count.constructed(Object.assign(new Error('x'), { code: '08006' }), lost);
  });

  test('every row is met', () => count.settle());
});

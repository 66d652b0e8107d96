import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../../test/needs.ts';
import { adapterConformance } from '../../../src/adapters/conformance.ts';
import { inTransaction, pgAdapter } from '../../../src/adapters/pg/index.ts';
import { classify } from '../../../src/classify/classify.ts';
import { fullJitter } from '../../../src/policy/backoff/backoff.ts';
import { systemClock } from '../../../src/clock/system-clock.ts';
import { superviseSession } from '../../../src/session/supervise-session.ts';
import type { LossReport } from '../../../src/session/loss.ts';
import { LoopbackProxy } from './testing/loopback-proxy.ts';
import { Postgres } from './testing/postgres.ts';

const soon = { timeout: 15_000, interval: 20 };
const isThere = covered('PostgreSQL', Postgres.isThere);
const context = { signal: new AbortController().signal, generation: 1, attempt: 1 };
let server: Postgres;

beforeAll(async () => {
  if (!isThere) return;
  server = await Postgres.start();
  await server.query('CREATE TABLE acts (mark text)');
});
afterAll(async () => await server?.[Symbol.asyncDispose]());

/** The pid of the backend; pg does not declare it. */
function backendOf(client: pg.Client): number {
  const { processID } = client as unknown as { readonly processID: number };
  return processID;
}

async function countOf(mark: string): Promise<number> {
  const rows = await server.query<{ n: number }>('SELECT count(*)::int AS n FROM acts WHERE mark = $1', [
    mark,
  ]);
  return rows[0]?.n ?? -1;
}

adapterConformance<pg.Client, unknown, pg.Client>('pg', {
  isThere,
  notCovered: {
    login: 'a credential belongs to the connection',
    'inspect login': 'there are no pages',
    snapshot: 'a connection keeps no login',
    storage: 'a connection keeps nothing',
    view: 'a lease works with the connection itself',
    usage: 'the memory of a backend is the affair of its server',
  },
  make: async () => {
    const proxy = await LoopbackProxy.to(server.port);
    return {
      adapter: pgAdapter({ connect: () => server.client({ port: proxy.port }) }),
      call: (client) => client.query('SELECT now()'),
      kill: (client) => server.kill(backendOf(client)),
      leftovers: async () => (proxy.open === 0 ? [] : [`${proxy.open} connections`]),
      freeze: async (client) => server.freeze(backendOf(client)),
      act: (client, mark) => client.query('INSERT INTO acts VALUES ($1)', [mark]),
      acted: countOf,
      resetAfterNextAct: async () => proxy.cutNextAnswer(),
      resets: async () => proxy.cuts,
      [Symbol.asyncDispose]: async () => {
        await server.query('TRUNCATE acts');
        await proxy[Symbol.asyncDispose]();
      },
    };
  },
});

describe.skipIf(!isThere)('a connection to PostgreSQL', () => {
  async function opened(port?: number): Promise<{
    readonly adapter: ReturnType<typeof pgAdapter<pg.Client>>;
    readonly client: pg.Client;
    readonly heard: LossReport[];
  }> {
    const adapter = pgAdapter({ connect: () => server.client(port === undefined ? {} : { port }) });
    const client = await adapter.open(context);
    const heard: LossReport[] = [];
    adapter.watch(client, (report) => heard.push(report));
    return { adapter, client, heard };
  }

  test('that an administrator ends is lost once, whatever the number of signals', async () => {
    const { adapter, client, heard } = await opened();
    const signals: unknown[] = [];
    client.on('error', (error) => signals.push(error));
    client.on('end', () => signals.push('end'));
    const running = client.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
    expect(await server.query('SELECT pg_terminate_backend($1)', [backendOf(client)])).toHaveLength(1);
    const error = await running;
    expect(adapter.classify?.(error, client)).toMatchObject({ category: 'session-lost' });
    await expect.poll(() => signals, soon).toContain('end');
    expect(signals.length).toBeGreaterThan(1);
    await expect.poll(() => heard, soon).not.toEqual([]);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.cause).toBe('disconnected');
    const next: unknown = await client.query('SELECT 1').catch((thrown: unknown) => thrown);
    expect(adapter.classify?.(next, client)).toMatchObject({ category: 'session-lost' });
    await adapter.close(client, { ...context, force: false });
  });

  test('tells a loss that came before anybody listened', async () => {
    const adapter = pgAdapter({ connect: () => server.client() });
    const client = await adapter.open(context);
    const ended = new Promise<void>((resolve) => void client.on('end', () => resolve()));
    await server.query('SELECT pg_terminate_backend($1)', [backendOf(client)]);
    await ended;
    const heard: LossReport[] = [];
    using _watch = adapter.watch(client, (report) => heard.push(report));
    await expect.poll(() => heard, soon).toHaveLength(1);
    await adapter.close(client, { ...context, force: false });
  });

  test('is prepared before anybody else gets it, and is closed when that fails', async () => {
    const prepare = async (client: pg.Client): Promise<void> =>
      void (await client.query("SET application_name = 'prepared'"));
    const adapter = pgAdapter({ connect: () => server.client(), prepare });
    const client = await adapter.open(context);
    expect((await client.query('SHOW application_name')).rows).toEqual([{ application_name: 'prepared' }]);
    await adapter.close(client, { ...context, force: false });
    const failing = pgAdapter({
      connect: () => server.client(),
      prepare: async (one) => {
        await prepare(one);
        await one.query('SELECT 1/0');
      },
    });
    await expect(failing.open(context)).rejects.toMatchObject({ code: '22012' });
    const left = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'prepared'";
    await expect.poll(() => server.query(left), soon).toEqual([]);
  });

  test('can be prepared so that the server ends the statement of a lost connection', async () => {
    await using proxy = await LoopbackProxy.to(server.port);
    const adapter = pgAdapter({
      connect: () => server.client({ port: proxy.port }),
      prepare: async (one) => void (await one.query("SET client_connection_check_interval = '100ms'")),
    });
    const client = await adapter.open(context);
    const running = client.query('SELECT pg_sleep(600)').catch((error: unknown) => error);
    const sleepers = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'";
    await expect.poll(() => server.query(sleepers), soon).toHaveLength(1);
    await adapter.close(client, { ...context, force: true });
    await expect.poll(() => server.query(sleepers), soon).toEqual([]);
    expect(adapter.classify?.(await running, client)).toMatchObject({ category: 'session-lost' });
  });

  test('rolls back what a lease has left open, before the next', async () => {
    const { adapter, client } = await opened();
    const lease = await adapter.view?.open(client, context);
    await lease?.query('BEGIN');
    await lease?.query("INSERT INTO acts VALUES ('left open')");
    await adapter.view?.close(client, context);
    await client.query("INSERT INTO acts VALUES ('next')");
    await adapter.close(client, { ...context, force: false });
    expect([await countOf('left open'), await countOf('next')]).toEqual([0, 1]);
  });

  test('that refuses us or cannot be reached is told by its verdict, and kills no process', async () => {
    const adapterOf = (more: pg.ClientConfig) => pgAdapter({ connect: () => server.client(more) });
    const nowhere = adapterOf({ database: 'no_such_database' });
    const error: unknown = await nowhere.open(context).catch((thrown: unknown) => thrown);
    expect(nowhere.classify?.(error, undefined)).toMatchObject({ category: 'permanent', code: '3D000' });
    await using proxy = await LoopbackProxy.to(server.port);
    await proxy.stop();
    const refused: unknown = await adapterOf({ port: proxy.port })
      .open(context)
      .catch((thrown: unknown) => thrown);
    expect(classify(refused)).toMatchObject({ category: 'network', safeToReplay: 'yes' });
  });

  describe('in a transaction', () => {
    const insert = (mark: string) => async (client: pg.Client) =>
      await client.query('INSERT INTO acts VALUES ($1)', [mark]);

    test('keeps all or nothing', async () => {
      const { adapter, client } = await opened();
      await inTransaction(client, insert('kept'));
      const mine = new Error('mine');
      const failing = inTransaction(client, async (c) => {
        await insert('dropped')(c);
        throw mine;
      });
      await expect(failing).rejects.toBe(mine);
      expect(client.getTransactionStatus()).toBe('I');
      await adapter.close(client, { ...context, force: false });
      expect([await countOf('kept'), await countOf('dropped')]).toEqual([1, 0]);
    });

    test('that went on after a statement had failed says that nothing was kept', async () => {
      const { adapter, client } = await opened();
      const going = inTransaction(client, async (c) => {
        await insert('swallowed')(c);
        await c.query('SELECT 1/0').catch(() => undefined);
      });
      await expect(going).rejects.toMatchObject({ code: 'ERR_TRANSACTION_ROLLED_BACK' });
      await adapter.close(client, { ...context, force: false });
      expect(await countOf('swallowed')).toBe(0);
    });

    test('is in doubt when the connection is lost during COMMIT, and had taken effect', async () => {
      await using proxy = await LoopbackProxy.to(server.port);
      const { client, heard } = await opened(proxy.port);
      const going = inTransaction(client, async (c) => {
        await insert('in doubt')(c);
        proxy.cutNextAnswer();
      });
      await expect(going).rejects.toMatchObject({
        code: 'ERR_COMMIT_IN_DOUBT',
        verdict: { safeToReplay: 'unknown' },
      });
      expect(proxy.cuts).toBe(1);
      await expect.poll(() => heard, soon).toHaveLength(1);
      expect(await countOf('in doubt')).toBe(1);
    });

    test('is in doubt also for who works through a lease, and is not made twice', async () => {
      await using proxy = await LoopbackProxy.to(server.port);
      const adapter = pgAdapter({ connect: () => server.client({ port: proxy.port }) });
      await using session = superviseSession(adapter, { name: 'database' });
      const work = async (client: pg.Client): Promise<void> => {
        await insert('leased')(client);
        proxy.cutNextAnswer();
      };
      const going = session.use((lease) => lease.run((client) => inTransaction(client, work)));
      const error: unknown = await going.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ERR_SESSION_LOST', cause: { code: 'ERR_COMMIT_IN_DOUBT' } });
      expect(classify(error).safeToReplay).toBe('unknown');
      expect(await countOf('leased')).toBe(1);
      expect(session.stats.losses).toBe(1);
    });

    test('is not in doubt when the connection is lost before COMMIT', async () => {
      await using proxy = await LoopbackProxy.to(server.port);
      const { client } = await opened(proxy.port);
      const going = inTransaction(client, async (c) => {
        await insert('never')(c);
        proxy.reset();
        await c.query('SELECT 1');
      });
      const error: unknown = await going.catch((thrown: unknown) => thrown);
      expect(error).not.toMatchObject({ code: 'ERR_COMMIT_IN_DOUBT' });
      expect(await countOf('never')).toBe(0);
    });

    test('a constraint that fails at COMMIT is an answer, not a doubt', async () => {
      const { adapter, client } = await opened();
      await client.query('CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
      const going = inTransaction(client, async (c) => await c.query('INSERT INTO once VALUES (1), (1)'));
      await expect(going).rejects.toMatchObject({ code: '23505' });
      await adapter.close(client, { ...context, force: false });
    });
  });

  test('is one at a time for 4 tasks, and is replaced once for each loss', async () => {
    const session = superviseSession(pgAdapter({ connect: () => server.client() }), {
      name: 'database',
      // While a statement runs nothing else is asked of a connection, so a frozen backend is found by this.
      callDeadline: '1s',
      // A server that recovers from a killed backend refuses for a while.
      recover: { attempts: 100, backoff: fullJitter(50, '200ms') },
      probe: { every: '200ms', deadline: '300ms', patience: '300ms' },
    });
    let done = 0;
    const task = async (_: unknown, n: number): Promise<void> => {
      for (let call = 0; call < 5; call += 1) {
        const mark = `task ${n}.${call}`;
        await session.use(async (lease) => {
          const insertOnce = `INSERT INTO acts SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM acts WHERE mark = $1)`;
          const insert = (c: pg.Client): Promise<unknown> => c.query(insertOnce, [mark]);
          await lease.run((client) => inTransaction(client, insert, { idempotent: true }));
          await systemClock.sleep(20);
        });
        done += 1;
      }
    };
    const tasks = Promise.all(Array.from({ length: 4 }, task));
    const backend = (): Promise<number> =>
      session.use(async (lease) => await lease.run(async (client) => backendOf(client)));
    await expect.poll(() => done, soon).toBeGreaterThan(2);
    await server.query('SELECT pg_terminate_backend($1)', [await backend()]);
    await expect.poll(() => session.stats.opens, soon).toBe(2);
    await server.kill(await backend());
    await expect.poll(() => session.stats.losses, soon).toBe(2);
    await using _frozen = server.freeze(await backend());
    await expect.poll(() => session.stats.losses, soon).toBe(3);
    await tasks;
    expect(session.stats).toMatchObject({ losses: 3, opens: 4, recoveries: 3 });
    await session.drain();
    const rows = await server.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM acts WHERE mark LIKE 'task %' GROUP BY mark",
    );
    expect(rows).toEqual(Array.from({ length: 20 }, () => ({ n: 1 })));
  });
});

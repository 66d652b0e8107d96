import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import type { SessionAdapter } from '../session/adapter.ts';
import { AuthExpiredError } from '../session/auth-expired-error.ts';
import type { LossReport } from '../session/loss.ts';
import { superviseSession } from '../session/supervise-session.ts';
import type { SupervisedSession } from '../session/supervised-session.ts';
import { memoryLedger } from './memory-ledger.ts';
import { operation } from './operation.ts';

interface Browser {
  readonly number: number;
  isAlive: boolean;
}

/** Browsers that can be killed, whose views are pages with numbers. */
class Browsers implements SessionAdapter<Browser, null, { readonly page: number }> {
  readonly kind = 'fake';
  readonly maxLeases: number;
  opens = 0;
  pages = 0;
  open_ = 0;
  isLoggedIn = true;
  logins = 0;
  #lost: ((report: LossReport) => void) | undefined;

  constructor(maxLeases: number) {
    this.maxLeases = maxLeases;
  }

  readonly auth = {
    check: async () => (this.isLoggedIn ? ('ok' as const) : ('expired' as const)),
    login: async () => {
      this.logins += 1;
      this.isLoggedIn = true;
    },
  };

  readonly view = {
    open: async () => {
      this.open_ += 1;
      return { page: (this.pages += 1) };
    },
    watch: () => ({ [Symbol.dispose]: () => {} }),
    close: async () => void (this.open_ -= 1),
  };

  async open(): Promise<Browser> {
    return { number: (this.opens += 1), isAlive: true };
  }

  async close(): Promise<void> {
    this.#lost = undefined;
  }

  watch(_: Browser, lost: (report: LossReport) => void): Disposable {
    this.#lost = lost;
    return { [Symbol.dispose]: () => {} };
  }

  async probe(): Promise<void> {}

  kill(): void {
    this.open_ = 0;
    this.#lost?.({ cause: 'process-exit', exitSignal: 'SIGKILL' });
  }
}

interface Setup {
  readonly browsers: Browsers;
  readonly session: SupervisedSession<{ readonly page: number }>;
  readonly clock: VirtualClock;
  /** Lets time pass until the promise has settled. */
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
}

function setup(maxLeases = 10): Setup {
  const clock = new VirtualClock();
  const browsers = new Browsers(maxLeases);
  const session = superviseSession(browsers, { name: 'fake', clock });
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = promise.finally(() => {
      isOver = true;
    });
    over.catch(() => {});
    for (let turn = 0; !isOver && turn < 1_000; turn += 1) await clock.advance(1_000);
    return await over;
  };
  return { browsers, session, clock, settled };
}

test('a browser killed in every item: opens are losses + 1, each item done once', async () => {
  const { browsers, session, clock, settled } = setup();
  const sent: number[] = [];
  const report = await settled(
    operation('a', { ledger: memoryLedger({ clock }), session, clock }, async (op) => {
      for await (const n of op.range('item', 1, 3)) {
        let isKilled = false;
        await op.step('read', (lease) =>
          lease.run(async () => {
            if (isKilled) return n;
            isKilled = true;
            browsers.kill();
            return await new Promise<number>(() => {});
          }),
        );
        await op.effect('send', (lease) => lease.run(async () => void sent.push(n)));
        await clock.sleep(60_000);
      }
    }),
  );
  expect(report).toMatchObject({ state: 'done', itemsDone: 3, stepsRun: 3, inDoubt: [] });
  expect(sent).toEqual([1, 2, 3]);
  expect(session.stats).toMatchObject({ losses: 3, opens: 4, leasesOut: 0 });
  expect(browsers.opens).toBe(4);
  expect(browsers.open_).toBe(0);
});

test('an effect whose browser is killed in the act is verified on the next one', async () => {
  for (const happens of [true, false]) {
    const { browsers, session, clock, settled } = setup();
    const sent: number[] = [];
    let acts = 0;
    const report = await settled(
      operation('a', { ledger: memoryLedger({ clock }), session, clock }, async (op) => {
        const outcome = await op.effect(
          'send',
          (lease) =>
            lease.run(async () => {
              acts += 1;
              if (happens || acts > 1) sent.push(lease.generation);
              if (acts > 1) return;
              browsers.kill();
              await new Promise<void>(() => {});
            }),
          { verify: (lease) => lease.run(async () => ({ happened: sent.length > 0 })) },
        );
        return outcome.outcome;
      }),
    );
    expect(report).toMatchObject({ value: 'done', inDoubt: [] });
    expect(sent).toEqual([happens ? 1 : 2]);
    expect(session.stats).toMatchObject({ losses: 1, opens: 2, leasesOut: 0 });
  }
});

test('an effect that met an expired login was refused: it is done after the next login', async () => {
  const { browsers, session, clock, settled } = setup();
  let acts = 0;
  const report = await settled(
    operation('a', { ledger: memoryLedger({ clock }), session, clock }, (op) =>
      op
        .effect('send', (lease) =>
          lease.run(async () => {
            acts += 1;
            if (acts > 1) return;
            browsers.isLoggedIn = false;
            throw new AuthExpiredError('logged out');
          }),
        )
        .then(({ outcome }) => outcome),
    ),
  );
  expect(report).toMatchObject({ value: 'done', effects: { done: 1 }, inDoubt: [] });
  expect([acts, browsers.logins]).toEqual([2, 1]);
});

test('one lease is enough for several workers', async () => {
  const { session, clock, settled } = setup(1);
  const done: string[] = [];
  await settled(
    operation('a', { ledger: memoryLedger({ clock }), session, clock, concurrency: 3 }, async (op) => {
      await op.step('first', async () => {});
      await op.each('x', ['a', 'b', 'c'], { id: (id) => id }, async (id, item) => {
        await item.step('one', (lease) => lease.run(() => clock.sleep(100)));
        await item.step('two', (lease) => lease.run(async () => void done.push(id)));
      });
    }),
  );
  expect(done).toEqual(['a', 'b', 'c']);
  expect(session.stats.leasesOut).toBe(0);
});

test('an aborted operation gives back what it had', async () => {
  const { session, clock, settled, browsers } = setup();
  const stop = new AbortController();
  const running = operation(
    'a',
    { ledger: memoryLedger({ clock }), session, clock, signal: stop.signal },
    (op) => op.step('hangs', (lease) => lease.run(() => new Promise<void>(() => {}))),
  );
  await clock.advance(1_000);
  expect(session.stats.leasesOut).toBe(1);
  stop.abort('enough');
  await expect(settled(running)).rejects.toBe('enough');
  await clock.advance(1);
  expect(session.stats.leasesOut).toBe(0);
  expect(browsers.open_).toBe(0);
});

test('what a step throws that is not the session’s affair goes up as it is', async () => {
  const { session, clock, settled } = setup();
  const error = new Error('no such element');
  let runs = 0;
  const running = operation('a', { ledger: memoryLedger({ clock }), session, clock }, (op) =>
    op.step('read', (lease) => {
      runs += 1;
      return lease.run(() => Promise.reject(error));
    }),
  );
  await expect(settled(running)).rejects.toBe(error);
  expect(runs).toBe(1);
});

import { describe, expect, it } from 'vitest';
import { AuthExpiredError } from '../auth-expired-error.ts';
import type { FakePeer } from '../testing/fake-adapter.ts';
import { hang } from '../testing/fake-adapter.ts';
import { setup, setupWithAuth } from '../testing/session-setup.ts';
import { memoryLedger } from '../../operation/memory-ledger.ts';
import { operation } from '../../operation/operation.ts';
import type { ConnectionEvent } from './connection-options.ts';
import { currentLease } from './current-lease.ts';
import { settled } from './testing/fragile.ts';
import { withConnectionResilience } from './with-connection-resilience.ts';

const died = { cause: 'process-exit', exitSignal: 'SIGKILL' } as const;
const wide = { recover: { budget: { max: 100, per: '10m' } } } as const;
const random = { next: () => 0.5 };

describe('a function with connection resilience and a session', () => {
  it.each([1, 3, 7])('works on with the next generation after each of %i losses', async (losses) => {
    const { clock, adapter, session } = setup(wide);
    const events: ConnectionEvent[] = [];
    const generations: number[] = [];
    const gather = withConnectionResilience(
      async (page: number) => {
        const lease = currentLease(session);
        generations.push(lease.generation);
        return await lease.run((peer) => {
          if (generations.length > losses) return Promise.resolve(`page ${page} of ${peer.id}`);
          adapter.peer.lost(died);
          return hang<string>();
        });
      },
      { session, maxAttempts: losses, clock, random, onEvent: (event) => void events.push(event) },
    );
    expect(await settled(clock, gather(113))).toMatchObject({ value: `page 113 of ${losses + 1}` });
    expect(generations).toEqual(Array.from({ length: losses + 1 }, (_, n) => n + 1));
    expect(session.stats).toMatchObject({ opens: losses + 1, losses, recoveries: losses, leasesOut: 0 });
    expect(gather.metrics).toMatchObject({
      attempts: losses + 1,
      recoveries: losses,
      failuresBy: { 'session-lost': losses },
    });
    const waits = events.flatMap((event) => (event.type === 'wait' ? [event.delayMs] : []));
    expect(waits).toEqual(Array.from({ length: losses }, (_, n) => Math.min(100 * 2 ** n, 5_000)));
  });

  it('stops at its budget although the session would go on', async () => {
    const { clock, adapter, session } = setup(wide);
    let calls = 0;
    const gather = withConnectionResilience(
      () =>
        currentLease(session).run(() => {
          calls += 1;
          adapter.peer.lost(died);
          return hang<void>();
        }),
      { session, maxAttempts: 2, clock },
    );
    expect(await settled(clock, gather())).toMatchObject({ reason: { code: 'ERR_SESSION_LOST' } });
    expect(calls).toBe(3);
    expect(session.stats.leasesOut).toBe(0);
  });

  it('20 calls that lose it together cause one recovery', async () => {
    const { clock, adapter, session } = setup();
    const read = withConnectionResilience(
      (n: number) =>
        currentLease(session).run((peer) => (peer.id === 1 ? hang<number>() : Promise.resolve(n))),
      { session, clock },
    );
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => read(n)));
    await clock.advance(1);
    adapter.peer.lost(died);
    expect(await settled(clock, all)).toMatchObject({ status: 'fulfilled' });
    expect(session.stats).toMatchObject({ opens: 2, losses: 1, recoveries: 1 });
    expect(read.metrics).toMatchObject({ calls: 20, attempts: 40, failures: 20 });
  });

  it('20 calls that meet a login page cause one login', async () => {
    const { clock, session, auth } = setupWithAuth();
    await session.use(() => Promise.resolve());
    expect(session.stats.logins).toBe(1);
    auth.state = 'expired';
    const read = withConnectionResilience(
      async (n: number) => {
        await currentLease(session).run(async () => {
          if (auth.state === 'expired') throw new AuthExpiredError();
        });
        return n;
      },
      { session, clock },
    );
    expect(await settled(clock, Promise.all(Array.from({ length: 20 }, (_, n) => read(n))))).toMatchObject({
      status: 'fulfilled',
    });
    expect(session.stats).toMatchObject({ logins: 2, opens: 1 });
  });

  it.each([1, undefined])(
    'a function inside of another works with its lease, with %s lease at most',
    async (most) => {
      const { clock, adapter, session } = setup();
      if (most !== undefined) adapter.maxLeases = most;
      const seen: string[] = [];
      const note = (who: string, peer: FakePeer): Promise<void> => {
        seen.push(`${who} ${peer.id}`);
        if (who !== 'inner' || peer.id !== 1) return Promise.resolve();
        adapter.peer.lost(died);
        return hang();
      };
      const inner = withConnectionResilience(() => currentLease(session).run((peer) => note('inner', peer)), {
        session,
        clock,
      });
      const outer = withConnectionResilience(
        async () => {
          await currentLease(session).run((peer) => note('outer', peer));
          await inner();
          await currentLease(session).run((peer) => note('again', peer));
        },
        { session, clock },
      );
      expect(await settled(clock, outer())).toMatchObject({ status: 'fulfilled' });
      // The inner function went on by itself; the outer one then found its own lease gone and began anew.
      expect(seen).toEqual(['outer 1', 'inner 1', 'inner 2', 'outer 2', 'inner 2', 'again 2']);
      expect(session.stats).toMatchObject({ opens: 2, losses: 1, leasesOut: 0 });
      await settled(clock, session.drain());
    },
  );

  it('an error that says nothing is a loss when the lease is gone', async () => {
    const { clock, adapter, session } = setup();
    let calls = 0;
    const read = withConnectionResilience(
      async () => {
        // A driver's handle that was taken out of `run`, as programs do.
        calls += 1;
        if (calls > 1) return calls;
        adapter.peer.lost(died);
        throw new Error('Tab target session is not defined.');
      },
      { session, clock },
    );
    expect(await settled(clock, read())).toMatchObject({ value: 2 });
    expect(session.stats.opens).toBe(2);
  });

  it('an open circuit of the session is asked again when it may close, not before', async () => {
    const { clock, adapter, session } = setup({ recover: { attempts: 1, circuitOpen: '1m' } });
    adapter.scripts.open = (call) => {
      if (call === 1) throw new Error('no browser');
    };
    const read = withConnectionResilience(async () => clock.monotonic(), {
      session,
      maxAttempts: 1,
      clock,
      random,
    });
    const result = await settled(clock, read());
    expect((result as PromiseFulfilledResult<number>).value).toBeGreaterThanOrEqual(60_000);
    expect(adapter.count('open')).toBe(2);
  });

  it('has a lease inside, and there alone', async () => {
    const { session } = setup();
    expect(() => currentLease(session)).toThrow(expect.objectContaining({ code: 'ERR_NO_LEASE' }));
    const { session: other } = setup();
    const read = withConnectionResilience(async () => currentLease(other), { session });
    await expect(read()).rejects.toMatchObject({ code: 'ERR_NO_LEASE' });
  });
});

describe('promised: resume (was: restarted from the beginning, also what sends messages to people)', () => {
  it('113 pages with a loss at every tenth are each gathered once more at most, and each message is sent once', async () => {
    const { clock, adapter, session } = setup(wide);
    const ledger = memoryLedger();
    const pages = Array.from({ length: 113 }, () => 0);
    const sent: number[] = [];
    let losses = 0;
    const gather = (last: number) =>
      operation('portal-gather', { ledger, session, clock }, async (op) => {
        for await (const page of op.range('page', 1, last)) {
          const rows = await op.step('rows', (lease) =>
            lease.run((): Promise<number> => {
              pages[page - 1] = (pages[page - 1] ?? 0) + 1;
              if (page % 10 !== 0 || pages[page - 1] !== 1) return Promise.resolve(page);
              losses += 1;
              adapter.peer.lost(died);
              return hang();
            }),
          );
          await op.effect('message', async () => void sent.push(rows));
          // The program itself ends in the middle, as when a machine is switched off.
          if (page === 60 && last === 113 && !isOver) throw new Error('switched off');
        }
      });
    let isOver = false;
    expect(await settled(clock, gather(113))).toMatchObject({ reason: { message: 'switched off' } });
    isOver = true;
    const report = await settled(clock, gather(113));
    expect(report).toMatchObject({ value: { state: 'done', resumed: true, itemsBefore: 59, inDoubt: [] } });
    expect(losses).toBe(11);
    expect(pages).toEqual(pages.map((_, n) => ((n + 1) % 10 === 0 ? 2 : 1)));
    expect(sent).toEqual(pages.map((_, n) => n + 1));
    expect(session.stats).toMatchObject({ opens: 12, losses: 11 });
  });
});

import { expect, test } from 'vitest';
import { memoryLedger } from './memory-ledger.ts';
import type { OperationEvent } from './operation-event.ts';
import { operation } from './operation.ts';
import { fakeSession } from './testing/fake-session.ts';

test('the steps of an item share a lease, which is given back with the item', async () => {
  const session = fakeSession();
  const pages: number[] = [];
  await operation('a', { ledger: memoryLedger(), session }, async (op) => {
    await op.step('one', async (lease) => void pages.push(lease.resource.page));
    await op.step('two', async (lease) => void pages.push(lease.resource.page));
    for await (const n of op.range('page', 1, 2)) {
      expect(session.out).toBe(0);
      await op.step('read', async (lease) => void pages.push(lease.resource.page));
      await op.effect('send', async (lease) => void pages.push(lease.resource.page));
      expect(session.out).toBe(1);
      if (n === 2) break;
    }
    expect(session.out).toBe(0);
    await op.step('last', async (lease) => void pages.push(lease.resource.page));
  });
  expect(pages).toEqual([1, 1, 2, 2, 3, 3, 4]);
  expect(session.out).toBe(0);
});

test('workers of each have leases of their own, also where only one can be lent', async () => {
  const session = fakeSession({ maxLeases: 1 });
  const done: string[] = [];
  await operation('a', { ledger: memoryLedger(), session, concurrency: 3 }, async (op) => {
    await op.step('first', async () => {});
    await op.each('x', ['a', 'b', 'c', 'd'], { id: (id) => id }, async (id, item) => {
      await item.step('one', async () => {});
      await item.step('two', async () => void done.push(id));
    });
  });
  expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect(session.opened).toBe(5);
});

test('a step is repeated on the next generation, and told so', async () => {
  const session = fakeSession();
  const events: OperationEvent[] = [];
  const generations: number[] = [];
  const onEvent = (event: OperationEvent): void => void events.push(event);
  const report = await operation('a', { ledger: memoryLedger(), session, onEvent }, (op) =>
    op.step('read', (lease) => {
      generations.push(lease.generation);
      return lease.run(async (page) => {
        if (generations.length < 3) page.lose();
        return 'read';
      });
    }),
  );
  expect(report).toMatchObject({ value: 'read', stepsRun: 1 });
  expect(generations).toEqual([1, 2, 3]);
  expect(events.filter(({ type }) => type === 'repeat')).toMatchObject([
    { path: 'read', error: { code: 'ERR_SESSION_LOST' } },
    { path: 'read', error: { code: 'ERR_SESSION_LOST' } },
  ]);
});

test('a step that hangs outside of a call is ended by the loss of its session too', async () => {
  const session = fakeSession();
  let runs = 0;
  const report = await operation('a', { ledger: memoryLedger(), session }, (op) =>
    op.step('read', async () => {
      runs += 1;
      if (runs > 1) return runs;
      queueMicrotask(() => session.lose());
      return await new Promise<number>(() => {});
    }),
  );
  expect(report.value).toBe(2);
});

test('a lease that was lost between two steps is not used by the second', async () => {
  const session = fakeSession();
  const generations: number[] = [];
  await operation('a', { ledger: memoryLedger(), session }, async (op) => {
    await op.step('one', async (lease) => void generations.push(lease.generation));
    session.lose();
    await op.step('two', async (lease) => void generations.push(lease.generation));
    session.lose();
    await Promise.resolve();
    await op.step('three', async (lease) => void generations.push(lease.generation));
  });
  expect(generations).toEqual([1, 2, 3]);
});

test('each step has all the repeats that a session allows', async () => {
  const session = fakeSession();
  const report = await operation('a', { ledger: memoryLedger(), session }, async (op) => {
    let runs = 0;
    for (const name of ['one', 'two', 'three']) {
      let losses = 6;
      await op.step(name, (lease) =>
        lease.run(async (page) => {
          runs += 1;
          losses -= 1;
          if (losses >= 0) page.lose();
        }),
      );
    }
    return runs;
  });
  expect(report.value).toBe(21);
});

test('an error that is not the session’s goes up at once, and the next step gets another lease', async () => {
  const session = fakeSession();
  let runs = 0;
  const report = await operation('a', { ledger: memoryLedger(), session }, async (op) => {
    const failing = op.step('one', () => {
      runs += 1;
      throw new TypeError('defect');
    });
    await expect(failing).rejects.toThrow('defect');
    return await op.step('two', async (lease) => lease.resource.page);
  });
  expect(report.value).toBe(2);
  expect(runs).toBe(1);
});

test('an aborted operation gives its lease back, though its step hangs', async () => {
  const session = fakeSession();
  const stop = new AbortController();
  const running = operation('a', { ledger: memoryLedger(), session, signal: stop.signal }, (op) =>
    op.step('hangs', () => {
      queueMicrotask(() => stop.abort('enough'));
      return new Promise<void>(() => {});
    }),
  );
  await expect(running).rejects.toBe('enough');
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(session.out).toBe(0);
});

import { expect, test } from 'vitest';
import { memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { OperationEvent } from './operation-event.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';
import { pathsOf } from './testing/paths-of.ts';

type Op = Operation<undefined, MemoryTx>;

/** A run that dies where `fail` throws; what it did stays in the ledger. */
const dies = (): never => {
  throw new Error('killed');
};

test('a step runs once, and its result is given to later runs', async () => {
  const ledger = memoryLedger();
  let runs = 0;
  const program =
    (then: () => void) =>
    async (op: Op): Promise<number> => {
      const { n } = await op.step('count', async () => ({ n: (runs += 1) }));
      then();
      return n;
    };
  await expect(operation('a', { ledger }, program(dies))).rejects.toThrow('killed');
  const report = await operation(
    'a',
    { ledger },
    program(() => {}),
  );
  expect(report).toMatchObject({ state: 'done', value: 1, resumed: true, stepsRun: 0, stepsReplayed: 1 });
  expect(runs).toBe(1);
});

test('a finished operation gives its result and runs nothing', async () => {
  const ledger = memoryLedger();
  let runs = 0;
  const work = async (op: Op): Promise<{ total: number }> => {
    runs += 1;
    for await (const _ of op.range('page', 1, 3)) await op.step('read', async () => 1);
    return { total: 3 };
  };
  const first = await operation('a', { ledger }, work);
  expect(first).toMatchObject({ resumed: false, itemsDone: 3, itemsBefore: 0, stepsRun: 3 });
  expect(await operation('a', { ledger }, work)).toMatchObject({
    state: 'done',
    value: { total: 3 },
    resumed: true,
    itemsDone: 0,
    itemsBefore: 3,
    stepsRun: 0,
  });
  expect(runs).toBe(1);
});

test('a step of nothing gives undefined and one of null gives null, also when replayed', async () => {
  const ledger = memoryLedger();
  const seen: unknown[] = [];
  const program =
    (then: () => void) =>
    async (op: Op): Promise<void> => {
      seen.push(await op.step('nothing', async () => {}), await op.step('null', async () => null));
      then();
    };
  await expect(operation('a', { ledger }, program(dies))).rejects.toThrow('killed');
  await operation(
    'a',
    { ledger },
    program(() => {}),
  );
  expect(seen).toEqual([undefined, null, undefined, null]);
});

test('a range goes on with the item that was not done', async () => {
  const ledger = memoryLedger();
  const seen: string[] = [];
  const program =
    (dieAt: number) =>
    async (op: Op): Promise<void> => {
      for await (const n of op.range('page', 1, 4)) {
        seen.push(`${n}${await op.step('read', async () => `:${n}`)}`);
        if (n === dieAt) dies();
        await op.step('more', async () => {});
      }
    };
  await expect(operation('a', { ledger }, program(3))).rejects.toThrow('killed');
  const events: OperationEvent[] = [];
  const report = await operation('a', { ledger, onEvent: (event) => events.push(event) }, program(0));
  expect(seen).toEqual(['1:1', '2:2', '3:3', '3:3', '4:4']);
  expect(report).toMatchObject({ itemsDone: 2, itemsBefore: 2, stepsRun: 3, stepsReplayed: 1 });
  expect(pathsOf(events)).toEqual([
    'item page/1 before',
    'item page/2 before',
    'step page/3/read replayed',
    'step page/3/more ran',
    'item page/3 done',
    'step page/4/read ran',
    'step page/4/more ran',
    'item page/4 done',
  ]);
});

test('break leaves the item undone, and what follows the loop belongs to the surrounding', async () => {
  const ledger = memoryLedger();
  const program = async (op: Op): Promise<void> => {
    for await (const n of op.range('page', 1, 3)) {
      await op.step('read', async () => n);
      if (n === 2) break;
    }
    await op.step('after', async () => {});
  };
  await operation('a', { ledger }, program);
  const entries = await ledger.entries('a');
  expect(entries.map(({ path }) => path)).toEqual(['page', 'page/1/read', 'page/1', 'page/2/read', 'after']);
  expect(entries.at(-1)?.position).toBe(1);
});

test('a function that returns out of the loop leaves its item undone', async () => {
  const ledger = memoryLedger();
  const find = async (op: Op): Promise<number> => {
    for await (const n of op.range('page', 1, 3)) if (n === 2) return n;
    return 0;
  };
  expect(await operation('a', { ledger }, find)).toMatchObject({ value: 2, itemsDone: 1 });
});

test('ranges nest, and every item has names of its own', async () => {
  const ledger = memoryLedger();
  const seen: string[] = [];
  const program =
    (dieAt: string) =>
    async (op: Op): Promise<void> => {
      for await (const a of op.range('outer', 1, 2)) {
        await op.step('x', async () => {});
        for await (const b of op.range('inner', 1, 2)) {
          await op.step('x', async () => void seen.push(`${a}.${b}`));
          if (`${a}.${b}` === dieAt) dies();
        }
        await op.step('y', async () => {});
      }
    };
  await expect(operation('a', { ledger }, program('2.1'))).rejects.toThrow('killed');
  expect(await operation('a', { ledger }, program(''))).toMatchObject({ itemsDone: 3, itemsBefore: 1 });
  expect(seen).toEqual(['1.1', '1.2', '2.1', '2.2']);
});

test('each does several items at a time, and only those that are not done', async () => {
  const ledger = memoryLedger();
  let now = 0;
  let most = 0;
  const seen: string[] = [];
  const program =
    (dieAt: string) =>
    async (op: Op): Promise<void> => {
      await op.each('match', ['a', 'b', 'c', 'd/e'], { id: (id) => id, concurrency: 2 }, async (id, item) => {
        now += 1;
        most = Math.max(most, now);
        await item.step('look', async () => void seen.push(id));
        now -= 1;
        if (id === dieAt) dies();
      });
    };
  await expect(operation('a', { ledger }, program('b'))).rejects.toThrow('killed');
  const report = await operation('a', { ledger }, program(''));
  expect(most).toBe(2);
  expect(seen.toSorted()).toEqual(['a', 'b', 'c', 'd/e']);
  expect(report).toMatchObject({ state: 'done' });
  expect(report.itemsDone + report.itemsBefore).toBe(4);
});

test('when items of each fail the others finish what they have begun, and all errors go up', async () => {
  const ledger = memoryLedger();
  const gate = Promise.withResolvers<void>();
  const began: string[] = [];
  const running = operation('a', { ledger, concurrency: 3 }, async (op) => {
    await op.each('x', ['a', 'b', 'c', 'd'], { id: (id) => id }, async (id, item) => {
      began.push(id);
      if (id === 'c') gate.resolve();
      await gate.promise;
      if (id !== 'c') throw new Error(id);
      await item.step('late', async () => {});
    });
  });
  const error: unknown = await running.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AggregateError);
  expect((error as AggregateError).errors.map(String)).toEqual(['Error: a', 'Error: b']);
  expect(began).toEqual(['a', 'b', 'c']);
  expect((await ledger.entries('a')).map(({ path }) => path)).toEqual(['x', 'x/c/late', 'x/c']);
});

test('items may come from an asynchronous source, which is told when it is not needed any more', async () => {
  const ledger = memoryLedger();
  let wasClosed = false;
  const source = async function* (): AsyncGenerator<number> {
    try {
      for (let n = 1; ; n += 1) yield n;
    } finally {
      wasClosed = true;
    }
  };
  const report = await operation('a', { ledger, maxItems: 3, concurrency: 2 }, (op) =>
    op.each('x', source(), { id: String }, async () => {}),
  );
  expect(report).toMatchObject({ state: 'partial', itemsDone: 3 });
  expect(wasClosed).toBe(true);
});

test('commit writes once, however often the operation is resumed', async () => {
  const ledger = memoryLedger();
  const program =
    (then: () => void) =>
    async (op: Op): Promise<void> => {
      for await (const n of op.range('page', 1, 2)) {
        await op.commit('save', (tx) => tx.put('t', String(n), Number(tx.get('t', String(n)) ?? 0) + 1));
        then();
      }
    };
  for (const then of [dies, dies, () => {}]) {
    await operation('a', { ledger }, program(then)).catch(() => {});
  }
  expect([...ledger.table('t')]).toEqual([
    ['1', 1],
    ['2', 1],
  ]);
  expect((await ledger.runs('a'))[0]?.state).toBe('done');
});

test('steps may be added at the end', async () => {
  const ledger = memoryLedger();
  const old = async (op: Op): Promise<void> => {
    await op.step('one', async () => 1);
    dies();
  };
  await expect(operation('a', { ledger }, old)).rejects.toThrow('killed');
  const report = await operation('a', { ledger }, async (op) => {
    await op.step('one', async () => 1);
    await op.step('two', async () => 2);
  });
  expect(report).toMatchObject({ stepsRun: 1, stepsReplayed: 1 });
});

import { expect, test } from 'vitest';
import { memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';

type Op = Operation<undefined, MemoryTx>;

const dies = (): never => {
  throw new Error('killed');
};

const begun = async (): Promise<ReturnType<typeof memoryLedger>> => {
  const ledger = memoryLedger();
  const old = async (op: Op): Promise<void> => {
    await op.step('one', async () => 1);
    await op.step('two', async () => 2);
    for await (const _ of op.range('page', 1, 2)) {
      await op.step('read', async () => 3);
      dies();
    }
  };
  await expect(operation('a', { ledger }, old)).rejects.toThrow('killed');
  return ledger;
};

test.each<[string, (op: Op) => Promise<unknown>, string]>([
  [
    'renamed',
    (op) => op.step('uno', async () => 1),
    'number 1 was step "one", and now step "uno" is number 1',
  ],
  [
    'of another kind',
    (op) => op.commit('one', () => {}),
    'number 1 was step "one", and now commit "one" is number 1',
  ],
  [
    'out of order',
    (op) => op.step('two', async () => 2),
    'number 1 was step "one", and now step "two" is number 1',
  ],
  [
    'put in between',
    async (op) => {
      await op.step('one', async () => 1);
      await op.step('new', async () => 1);
    },
    'number 2 was step "two", and now step "new" is number 2',
  ],
  [
    'renamed in an item',
    async (op) => {
      await op.step('one', async () => 1);
      await op.step('two', async () => 2);
      for await (const _ of op.range('page', 1, 2)) await op.step('look', async () => 1);
    },
    'number 1 in page/1 was step "read", and now step "look" is number 1',
  ],
  [
    'a range that is renamed',
    async (op) => {
      await op.step('one', async () => 1);
      await op.step('two', async () => 2);
      for await (const _ of op.range('sheet', 1, 2)) await op.step('read', async () => 1);
    },
    'number 3 was range "page", and now range "sheet" is number 3',
  ],
  [
    'what comes later than before',
    async (op) => {
      await op.each('nothing', [], { id: String }, async () => {});
    },
    'number 1 was step "one", and now range "nothing" is number 1',
  ],
])('a step that is %s is refused, naming both, before anything runs', async (_, program, message) => {
  const ledger = await begun();
  const before = await ledger.entries('a');
  const error: unknown = await operation('a', { ledger }, async (op) => void (await program(op))).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'ERR_OPERATION_CHANGED',
    hint: expect.stringContaining('former names'),
  });
  expect(String(error)).toContain(message);
  expect(await ledger.entries('a')).toEqual(before);
});

test.each<[string, string, (op: Op) => Promise<unknown>]>([
  [
    'two things of one name',
    'ERR_OPERATION_DUPLICATE',
    async (op) => {
      await op.step('x', async () => 1);
      await op.effect('x', async () => 1);
    },
  ],
  [
    'two items of one id',
    'ERR_OPERATION_DUPLICATE',
    (op) => op.each('x', ['a', 'a'], { id: (id) => id, concurrency: 2 }, async () => {}),
  ],
  [
    'a range that is looped over twice',
    'ERR_OPERATION_DUPLICATE',
    async (op) => {
      const range = op.range('x', 1, 1);
      for await (const _ of range);
      for await (const _ of range);
    },
  ],
  [
    'two things at the same time',
    'ERR_OPERATION_OVERLAP',
    (op) => Promise.all(['x', 'y'].map((x) => op.step(x, async () => 1))),
  ],
  [
    'a step within a step',
    'ERR_OPERATION_OVERLAP',
    (op) => op.step('x', async () => op.step('y', async () => 1)),
  ],
  [
    'the outer operation within an item of each',
    'ERR_OPERATION_OVERLAP',
    (op) => op.each('x', ['a'], { id: (id) => id }, async () => op.step('y', async () => {})),
  ],
  [
    'a step of an item that is not awaited',
    'ERR_OPERATION_OVERLAP',
    async (op) => {
      const step = Promise.withResolvers<void>();
      for await (const _ of op.range('x', 1, 1)) void op.step('y', () => step.promise).catch(() => {});
    },
  ],
  [
    'a step that is not awaited at the end',
    'ERR_OPERATION_OVERLAP',
    async (op) => void op.step('y', () => new Promise<void>(() => {})).catch(() => {}),
  ],
  ['an empty name', 'ERR_INVALID_OPTION', (op) => op.step('', async () => 1)],
  ['a range of fractions', 'ERR_INVALID_OPTION', async (op) => void op.range('x', 1, 2.5)],
])('%s is refused', async (_, code, program) => {
  const ledger = memoryLedger();
  await expect(operation('a', { ledger }, async (op) => void (await program(op)))).rejects.toMatchObject({
    code,
  });
});

test('what is called after the end is refused', async () => {
  const ledger = memoryLedger();
  let escaped: Op | undefined;
  await operation('a', { ledger }, async (op) => {
    escaped = op;
  });
  await expect(escaped?.step('x', async () => 1)).rejects.toMatchObject({ code: 'ERR_OPERATION_OVER' });
  expect(await ledger.entries('a')).toEqual([]);
});

test.each<[unknown, string]>([
  [{ rows: [1, new Date(0)] }, 'rows[1] is a Date'],
  [1n, 'it is a bigint'],
  [Number.NaN, 'it is NaN'],
  [{ a: undefined }, 'a is undefined'],
  [new Map(), 'it is a Map'],
  [{ a: { b: () => 1 } }, 'a.b is a function'],
])('a result that JSON cannot say is refused with the name of its step: %o', async (value, problem) => {
  const ledger = memoryLedger();
  const running = operation('a', { ledger }, async (op) => {
    await op.step('count', async () => value as number);
  });
  const error: unknown = await running.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_OPERATION_VALUE' });
  expect(String(error)).toContain(`Step "count" (count) returned what cannot be stored: ${problem}.`);
  expect(await ledger.entries('a')).toEqual([]);
});

test('a result that contains itself is refused, one that has a part twice is not', async () => {
  const ledger = memoryLedger();
  const part = { n: 1 };
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  await operation('a', { ledger }, (op) => op.step('twice', async () => [part, part]));
  await expect(
    operation('b', { ledger }, (op) => op.step('circle', async () => circle as never)),
  ).rejects.toThrow('self contains itself');
});

test('invalid options are named', async () => {
  const ledger = memoryLedger();
  const run = (options: object, key = 'a'): Promise<unknown> =>
    operation(key, { ledger, ...options }, async () => {});
  await expect(run({}, '')).rejects.toMatchObject({ field: 'key' });
  await expect(run({ maxItems: -1 })).rejects.toMatchObject({ field: 'maxItems' });
  await expect(run({ concurrency: 0 })).rejects.toMatchObject({ field: 'concurrency' });
  await expect(run({ stepDeadline: 'soon' })).rejects.toMatchObject({ field: 'stepDeadline' });
  expect(await ledger.runs()).toEqual([]);
});

test('what a listener throws fails no operation', async () => {
  const ledger = memoryLedger();
  const warned = new Promise((resolve) => {
    process.once('warning', resolve);
  });
  const onEvent = (): never => dies();
  expect(await operation('a', { ledger, onEvent }, async () => 1)).toMatchObject({ value: 1 });
  expect(await warned).toMatchObject({ message: 'killed' });
});

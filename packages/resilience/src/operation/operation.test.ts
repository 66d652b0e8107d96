import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { ledgerMemory, memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { OperationEvent } from './operation-event.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';

type Op = Operation<undefined, MemoryTx>;

/** A run that dies where `fail` throws; what it did stays in the ledger. */
const dies = (): never => {
  throw new Error('killed');
};

const pathsOf = (events: readonly OperationEvent[]): readonly string[] =>
  events.flatMap((event) =>
    'path' in event ? [`${event.type} ${event.path} ${'how' in event ? event.how : ''}`] : [],
  );

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

test('a dry run runs steps and writes nothing, and tells what it would have done', async () => {
  const memory = ledgerMemory();
  const ledger = memoryLedger({ memory });
  let acted = 0;
  const events: OperationEvent[] = [];
  const program = async (op: Op): Promise<number> => {
    for await (const n of op.range('page', 1, 2)) {
      await op.step('read', async () => n);
      await op.commit('save', (tx) => tx.put('t', 'k', n));
      expect(await op.effect('send', async () => void (acted += 1))).toEqual({ outcome: 'skipped' });
    }
    return 7;
  };
  const onEvent = (event: OperationEvent): void => void events.push(event);
  const report = await operation('a', { ledger, dryRun: true, onEvent }, program);
  expect(report).toMatchObject({
    state: 'partial',
    value: 7,
    itemsDone: 2,
    stepsRun: 2,
    commits: 0,
    commitsSkipped: 2,
    effects: { done: 0, skipped: 2, verified: 0 },
  });
  expect(pathsOf(events)).toContain('effect page/2/send dry');
  expect(pathsOf(events)).toContain('commit page/2/save dry');
  expect(acted).toBe(0);
  expect(memory).toEqual(ledgerMemory());
});

test('a dry run of what was begun knows what is done', async () => {
  const ledger = memoryLedger();
  const program = async (op: Op): Promise<void> => {
    for await (const n of op.range('page', 1, 3)) await op.step('read', async () => n);
  };
  await operation('a', { ledger, maxItems: 1 }, program);
  const before = [await ledger.runs(), await ledger.entries('a')];
  const report = await operation('a', { ledger, dryRun: true }, program);
  expect(report).toMatchObject({ state: 'partial', resumed: true, itemsBefore: 1, itemsDone: 2 });
  expect([await ledger.runs(), await ledger.entries('a')]).toEqual(before);
});

test('maxItems ends a run at the boundary of an item, and the next one goes on there', async () => {
  const ledger = memoryLedger();
  const seen: number[] = [];
  let ends = 0;
  const program = async (op: Op): Promise<string> => {
    for await (const n of op.range('page', 1, 5)) await op.step('read', async () => void seen.push(n));
    ends += 1;
    return 'all';
  };
  const first = await operation('a', { ledger, maxItems: 2 }, program);
  expect(first).toMatchObject({ state: 'partial', value: undefined, itemsDone: 2 });
  expect(await operation('a', { ledger, maxItems: 2 }, program)).toMatchObject({
    state: 'partial',
    itemsBefore: 2,
  });
  expect(ends).toBe(0);
  expect(await operation('a', { ledger, maxItems: 1 }, program)).toMatchObject({
    state: 'done',
    value: 'all',
  });
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test('items that have items do not count, so that every run gets on', async () => {
  const ledger = memoryLedger();
  const seen: string[] = [];
  const program = async (op: Op): Promise<void> => {
    for await (const a of op.range('outer', 1, 2)) {
      await op.each('inner', [1, 2], { id: String, concurrency: 2 }, async (b, item) => {
        await item.step('x', async () => void seen.push(`${a}.${b}`));
      });
    }
  };
  const states: string[] = [];
  for (let run = 0; run < 4; run += 1) {
    states.push((await operation('a', { ledger, maxItems: 1 }, program)).state);
  }
  expect(states).toEqual(['partial', 'partial', 'partial', 'done']);
  expect(seen).toEqual(['1.1', '1.2', '2.1', '2.2']);
});

test('a program that swallows the stop does nothing more, and its items stay undone', async () => {
  const ledger = memoryLedger();
  let after = 0;
  const report = await operation('a', { ledger, maxItems: 1 }, async (op) => {
    for await (const _ of op.range('outer', 1, 2)) {
      try {
        for await (const n of op.range('inner', 1, 2)) await op.step('x', async () => n);
      } catch {
        await op.step('after', async () => void (after += 1)).catch(() => {});
      }
    }
    return 'end';
  });
  expect(report).toMatchObject({ state: 'partial', value: undefined, itemsDone: 1 });
  expect(after).toBe(0);
});

test('an abort settles at once with its reason, even when a step never ends, and keeps what is done', async () => {
  const ledger = memoryLedger();
  const stop = new AbortController();
  const reason = new Error('enough');
  const running = operation('a', { ledger, signal: stop.signal }, async (op) => {
    await op.step('one', async () => 1);
    await op.step('hangs', () => {
      queueMicrotask(() => stop.abort(reason));
      return new Promise<void>(() => {});
    });
  });
  await expect(running).rejects.toBe(reason);
  const entries = await ledger.entries('a');
  expect(entries.map(({ path }) => path)).toEqual(['one']);
  await expect(operation('a', { ledger, signal: stop.signal }, async () => {})).rejects.toBe(reason);
  await (await ledger.claim('a')).release();
});

test('two runs of one operation at the same time are refused', async () => {
  const ledger = memoryLedger();
  const gate = Promise.withResolvers<void>();
  const first = operation('a', { ledger }, () => gate.promise);
  await expect(operation('a', { ledger }, async () => {})).rejects.toMatchObject({
    code: 'ERR_OPERATION_BUSY',
  });
  gate.resolve();
  await first;
});

test('a run whose claim went to somebody else stops at its next write', async () => {
  const memory = ledgerMemory();
  let acted = 0;
  const running = operation('a', { ledger: memoryLedger({ memory }) }, async (op) => {
    await op.step('one', async () => 1);
    await memoryLedger({ memory }).claim('a');
    await op.effect('send', async () => void (acted += 1));
  });
  await expect(running).rejects.toMatchObject({ code: 'ERR_LEDGER_FENCED' });
  expect(acted).toBe(0);
});

test('the machine is kept awake while it runs, also when it fails', async () => {
  const ledger = memoryLedger();
  const log: string[] = [];
  const keepAwake = {
    acquire: async (reason: string) => {
      log.push(reason);
      return { release: async () => void log.push('released') };
    },
  };
  await operation('a', { ledger, keepAwake }, async () => void log.push('working'));
  await expect(operation('b', { ledger, keepAwake }, async () => dies())).rejects.toThrow('killed');
  expect(log).toEqual(['operation a', 'working', 'released', 'operation b', 'released']);
});

test('a suspend in the middle changes nothing and does not count as duration', async () => {
  for (const monotonic of [false, true]) {
    const clock = new VirtualClock();
    const ledger = memoryLedger({ clock });
    const running = operation('a', { ledger, clock, stepDeadline: '1m' }, async (op) => {
      for await (const _ of op.range('page', 1, 3)) await op.step('read', () => clock.sleep(10_000));
    });
    await clock.advance(15_000);
    await clock.suspend(8 * 3_600_000, { monotonic });
    await clock.advance(30_000);
    const report = await running;
    expect(report).toMatchObject({ state: 'done', itemsDone: 3 });
    expect(report.durationMs).toBeGreaterThanOrEqual(20_000);
    expect(report.durationMs).toBeLessThanOrEqual(60_000);
    expect(clock.pending).toBe(0);
  }
});

test('a step that takes too long fails by its deadline', async () => {
  const clock = new VirtualClock();
  const ledger = memoryLedger({ clock });
  const running = operation('a', { ledger, clock, stepDeadline: '1m' }, (op) =>
    op.step('hangs', () => new Promise<void>(() => {})),
  );
  const failed = expect(running).rejects.toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
  await clock.advance(60_000);
  await failed;
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

import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { ledgerMemory, memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { OperationEvent } from './operation-event.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';
import { pathsOf } from './testing/paths-of.ts';

type Op = Operation<undefined, MemoryTx>;

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
  await expect(
    operation('b', { ledger, keepAwake }, () => Promise.reject(new Error('killed'))),
  ).rejects.toThrow('killed');
  expect(log).toEqual(['operation a', 'working', 'released', 'operation b', 'released']);
});

test('an abort ends the wait for the machine to be kept awake, and a hold that comes late is given back', async () => {
  const memory = ledgerMemory();
  const stop = new AbortController();
  const asked = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<{ release(): Promise<void> }>();
  const acquire = (): typeof hold.promise => (asked.resolve(), hold.promise);
  const options = { ledger: memoryLedger({ memory }), keepAwake: { acquire }, signal: stop.signal };
  let begun = 0;
  const running = operation('a', options, async () => void (begun += 1));
  await asked.promise;
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(running).rejects.toBe(reason);
  const released = new Promise<void>((resolve) => {
    hold.resolve({ release: async () => resolve() });
  });
  await released;
  expect(begun).toBe(0);
  expect(await operation('a', { ledger: memoryLedger({ memory }) }, async () => 1)).toMatchObject({
    value: 1,
  });
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
  const [error] = await Promise.all([running.catch((reason: unknown) => reason), clock.advance(60_000)]);
  expect(error).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
  expect(await ledger.entries('a')).toEqual([]);
});

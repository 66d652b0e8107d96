import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { memoryLedger } from './memory-ledger.ts';
import type { EffectOptions } from './operation-port.ts';
import { operation } from './operation.ts';
import { interrupted, reset, run, World } from './testing/effect-run.ts';
import type { Act, Op } from './testing/effect-run.ts';
import { fakeSession } from './testing/fake-session.ts';
import type { FakePage } from './testing/fake-session.ts';

test('the intent is in the ledger before the act, the confirmation after it', async () => {
  const ledger = memoryLedger();
  let during: unknown;
  const { report, outcome, how } = await run(ledger, async (_, { effectId }) => {
    during = (await ledger.entries('a'))[0];
    return { receipt: effectId };
  });
  expect(during).toMatchObject({ path: 'send', kind: 'effect', state: 'intent' });
  const [entry] = await ledger.entries('a');
  expect(entry).toMatchObject({ state: 'done', value: { receipt: entry?.effectId } });
  expect(outcome).toEqual({ outcome: 'done', value: { receipt: entry?.effectId } });
  expect(report.effects).toEqual({ done: 1, skipped: 0, verified: 0 });
  expect(how).toEqual(['intent', 'done']);
});

test('an effect that is done is not done again, and gives its value', async () => {
  const ledger = memoryLedger();
  const world = new World();
  const program =
    (then: () => void) =>
    async (op: Op): Promise<unknown> => {
      const outcome = await op.effect('send', async (_, { effectId }) => {
        world.sent.push(effectId);
        return 'receipt';
      });
      then();
      return { ...outcome };
    };
  const session = fakeSession();
  const killed = (): never => {
    throw new Error('killed');
  };
  await expect(operation('a', { ledger, session }, program(killed) as never)).rejects.toThrow('killed');
  const report = await operation('a', { ledger, session }, program(() => {}) as never);
  expect(report.value).toEqual({ outcome: 'done', value: 'receipt' });
  expect(world.sent).toHaveLength(1);
});

test('after a crash, what verify finds to have happened is done and not repeated', async () => {
  const world = new World();
  const ledger = await interrupted(world, true);
  let acts = 0;
  const { report, how } = await run(ledger, async () => void (acts += 1), { verify: world.verify });
  expect(acts).toBe(0);
  expect(how).toEqual(['verified']);
  expect(report).toMatchObject({ state: 'done', effects: { done: 0, verified: 1 }, inDoubt: [] });
});

test('after a crash, what verify finds not to have happened is done with the same id', async () => {
  const world = new World();
  const ledger = await interrupted(world, false);
  const first = (await ledger.entries('a'))[0]?.effectId;
  const { how } = await run(ledger, async (_, { effectId }) => void world.sent.push(effectId), {
    verify: world.verify,
  });
  expect(world.sent).toEqual([first]);
  expect(how).toEqual(['again', 'intent', 'done']);
});

test.each<[string, EffectOptions<FakePage, unknown>, string]>([
  ['without verify', {}, 'Its outcome is unknown: The program ended in the middle of it.'],
  [
    'when verify does not know',
    { verify: async () => ({ happened: 'unknown', why: 'two alike' }) },
    'Its outcome is unknown (The program ended in the middle of it.), and verify could not tell: two alike',
  ],
  [
    'when verify throws',
    { verify: () => Promise.reject(new Error('no such page')) },
    'Its outcome is unknown (The program ended in the middle of it.), and verify failed: no such page',
  ],
])('after a crash, %s, it is parked as in doubt and stays so', async (_, options, doubt) => {
  const world = new World();
  const ledger = await interrupted(world, true);
  let acts = 0;
  const act = async (): Promise<void> => void (acts += 1);
  const { report, outcome } = await run(ledger, act, options);
  expect(outcome).toEqual({ outcome: 'in-doubt', doubt });
  expect(report).toMatchObject({ state: 'done', inDoubt: ['send'] });
  expect(await run(ledger, act, options)).toMatchObject({ report: { inDoubt: ['send'] } });
  expect(acts).toBe(0);
});

test('an effect in doubt that somebody settles as not done is done by the next run', async () => {
  const world = new World();
  const ledger = await interrupted(world, false);
  const act: Act = async (_, { effectId }) => void world.sent.push(effectId);
  await run(ledger, act);
  expect(world.sent).toEqual([]);
  await ledger.settle('a', 'send', 'not-done');
  expect(await run(ledger, act)).toMatchObject({ report: { state: 'done', inDoubt: [] } });
  expect(world.sent).toHaveLength(1);
});

test('one that is settled within an item opens that item, and no other', async () => {
  const ledger = memoryLedger();
  const world = new World();
  const session = fakeSession();
  let fails = true;
  const program = async (op: Op): Promise<void> => {
    for await (const n of op.range('page', 1, 3)) {
      await op.effect('send', async () => {
        if (n === 2 && fails) throw reset();
        world.sent.push(String(n));
      });
    }
  };
  expect(await operation('a', { ledger, session }, program)).toMatchObject({ inDoubt: ['page/2/send'] });
  fails = false;
  await ledger.settle('a', 'page/2/send', 'not-done');
  expect(await operation('a', { ledger, session }, program)).toMatchObject({
    state: 'done',
    itemsBefore: 2,
    itemsDone: 1,
    inDoubt: [],
  });
  expect(world.sent).toEqual(['1', '3', '2']);
});

test('an operation without a session has effects too', async () => {
  const ledger = memoryLedger();
  const report = await operation('a', { ledger }, async (op) => {
    await op.effect('one', async () => {
      throw reset();
    });
    const two = await op.effect('two', (lease, { effectId }) =>
      lease.run(async (nothing) => `${nothing}${effectId}`),
    );
    return two.outcome;
  });
  expect(report).toMatchObject({ state: 'done', value: 'done', inDoubt: ['one'] });
});

test('the same effect of a forgotten operation has another id, though it is begun anew in the same millisecond', async () => {
  const clock = new VirtualClock();
  const ledger = memoryLedger({ clock });
  const ids: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    await operation('a', { ledger, clock }, async (op) => {
      await op.effect('one', async (_, { effectId }) => void ids.push(effectId));
      await op.effect('two', async (_, { effectId }) => void ids.push(effectId));
    });
    await ledger.forget('a');
  }
  expect(new Set(ids).size).toBe(4);
});

import { expect, test } from 'vitest';
import { ResilienceError } from '../errors.ts';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { memoryLedger } from './memory-ledger.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import { EffectRefusedError } from './operation-error.ts';
import type { OperationEvent } from './operation-event.ts';
import type { EffectOptions, EffectOutcome, Operation, OperationReport } from './operation-port.ts';
import { operation } from './operation.ts';
import { fakeSession } from './testing/fake-session.ts';
import type { FakePage } from './testing/fake-session.ts';

type Op = Operation<FakePage, MemoryTx>;
type Act = Parameters<Op['effect']>[1];

/** The outside world: what was sent, by the id of its effect. */
class World {
  readonly sent: string[] = [];
  readonly verify = async (
    _: unknown,
    { effectId }: { readonly effectId: string },
  ): Promise<{ happened: boolean }> => ({
    happened: this.sent.includes(effectId),
  });
}

const refused = (): Error =>
  Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
const reset = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' });

interface Run {
  readonly report: OperationReport<void>;
  readonly outcome: EffectOutcome<unknown> | undefined;
  readonly how: readonly string[];
}

async function run(
  ledger: MemoryLedger,
  act: Act,
  options: EffectOptions<FakePage, unknown> = {},
): Promise<Run> {
  const how: string[] = [];
  let outcome: EffectOutcome<unknown> | undefined;
  const onEvent = (event: OperationEvent): void => {
    if (event.type === 'effect') how.push(event.how);
  };
  const report = await operation('a', { ledger, session: fakeSession(), onEvent }, async (op) => {
    outcome = await op.effect('send', act as never, options as never);
  });
  return { report, outcome, how };
}

const stateOf = async (ledger: MemoryLedger): Promise<string | undefined> =>
  (await ledger.entries('a')).find(({ path }) => path === 'send')?.state;

/** A ledger in which a run of the effect ended in the middle: `happened` or not. */
async function interrupted(world: World, happened: boolean): Promise<MemoryLedger> {
  const ledger = memoryLedger();
  const stop = new AbortController();
  const session = fakeSession();
  const running = operation('a', { ledger, session, signal: stop.signal }, async (op) => {
    await op.effect('send', async (_, { effectId }) => {
      if (happened) world.sent.push(effectId);
      stop.abort(new Error('killed'));
      await new Promise<void>(() => {});
    });
  });
  await expect(running).rejects.toThrow('killed');
  expect(await stateOf(ledger)).toBe('intent');
  return ledger;
}

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
      return { ...outcome } as never;
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

test('what was refused before it was processed is withdrawn, and its error goes up as it is', async () => {
  const ledger = memoryLedger();
  const error = refused();
  const act: Act = (lease) => lease.run(() => Promise.reject(error));
  await expect(run(ledger, act)).rejects.toBe(error);
  expect(await stateOf(ledger)).toBe('withdrawn');
  expect(await run(ledger, async () => {})).toMatchObject({ how: ['intent', 'done'] });
});

test('a refusal after a call that succeeded says nothing about that call', async () => {
  const ledger = memoryLedger();
  const { outcome } = await run(ledger, async (lease) => {
    await lease.run(async () => 'sent');
    await lease.run(() => Promise.reject(refused()));
  });
  expect(outcome).toMatchObject({ outcome: 'in-doubt' });
});

test('and neither does one after the resource was used without being seen', async () => {
  const ledger = memoryLedger();
  const { outcome } = await run(ledger, async (lease) => {
    expect(lease.resource.page).toBe(1);
    throw refused();
  });
  expect(outcome).toMatchObject({ outcome: 'in-doubt' });
});

test('an act that knows that nothing happened says so, whatever it did before', async () => {
  const ledger = memoryLedger();
  const refusal = new EffectRefusedError('the portal says no');
  const act: Act = async (lease) => {
    await lease.run(async () => 'looked');
    throw refusal;
  };
  await expect(run(ledger, act)).rejects.toBe(refusal);
  expect(await stateOf(ledger)).toBe('withdrawn');
});

test('an unknown outcome is verified with another lease: it happened', async () => {
  const ledger = memoryLedger();
  const world = new World();
  const pages: number[] = [];
  const { outcome, how } = await run(
    ledger,
    async (lease, { effectId }) => {
      pages.push(lease.resource.page);
      world.sent.push(effectId);
      throw reset();
    },
    {
      verify: async (lease, { effectId }) => {
        pages.push(lease.resource.page);
        return world.sent.includes(effectId) ? { happened: true, value: 'found' } : { happened: false };
      },
    },
  );
  expect(outcome).toEqual({ outcome: 'done', value: 'found' });
  expect(how).toEqual(['intent', 'verified']);
  expect(pages).toEqual([1, 2]);
});

test('an unknown outcome is verified: it did not happen and is done again, three times at most', async () => {
  const ledger = memoryLedger();
  const world = new World();
  const ids: string[] = [];
  let failures = 2;
  const act: Act = async (_, { effectId }) => {
    ids.push(effectId);
    failures -= 1;
    if (failures >= 0) throw reset();
    world.sent.push(effectId);
  };
  expect((await run(ledger, act, { verify: world.verify })).how).toEqual([
    'intent',
    'again',
    'intent',
    'again',
    'intent',
    'done',
  ]);
  expect(new Set(ids).size).toBe(1);
  await ledger.forget('a');
  failures = 3;
  await expect(run(ledger, act, { verify: world.verify })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await stateOf(ledger)).toBe('withdrawn');
});

test('what must not be repeated is not, even when verify says that nothing happened', async () => {
  const ledger = memoryLedger();
  let acts = 0;
  const verdict = { category: 'permanent', scope: 'call', safeToReplay: 'no', evidence: 'class' } as const;
  const error = new ResilienceError('no such person', { code: 'ERR_X', hint: '', verdict });
  const act: Act = async () => {
    acts += 1;
    throw error;
  };
  await expect(run(ledger, act, { verify: new World().verify })).rejects.toBe(error);
  expect(acts).toBe(1);
  expect(await stateOf(ledger)).toBe('withdrawn');
});

test('a session that is lost in the act leaves its outcome unknown', async () => {
  const world = new World();
  for (const happens of [true, false]) {
    const ledger = memoryLedger();
    let losses = 1;
    const { outcome } = await run(
      ledger,
      (lease, { effectId }) =>
        lease.run(async (page) => {
          if (happens || losses === 0) world.sent.push(effectId);
          losses -= 1;
          if (losses === 0) page.lose();
        }),
      { verify: world.verify },
    );
    expect(outcome).toMatchObject({ outcome: 'done' });
  }
  expect(world.sent).toHaveLength(2);
});

test('an act that hangs on a lost session is not waited for, and not repeated', async () => {
  const ledger = memoryLedger();
  let acts = 0;
  const { outcome } = await run(ledger, async (lease) => {
    acts += 1;
    const { resource } = lease;
    queueMicrotask(() => resource.lose());
    await new Promise<void>(() => {});
  });
  expect(outcome).toMatchObject({ outcome: 'in-doubt' });
  expect(acts).toBe(1);
});

test('an act that exceeds the deadline is unknown, and not repeated on its own', async () => {
  const clock = new VirtualClock();
  const ledger = memoryLedger({ clock });
  let acts = 0;
  const running = operation(
    'a',
    { ledger, clock, session: fakeSession(), stepDeadline: '30s' },
    async (op) => {
      await op.effect('send', () => {
        acts += 1;
        return new Promise<void>(() => {});
      });
    },
  );
  await clock.advance(31_000);
  expect(await running).toMatchObject({ inDoubt: ['send'] });
  expect(acts).toBe(1);
});

test('a verify that cannot even be asked leaves the intent for the next run', async () => {
  const world = new World();
  const ledger = await interrupted(world, true);
  const closed = new Error('the session is closed');
  const session = { ...fakeSession(), use: () => Promise.reject(closed) };
  const running = operation('a', { ledger, session }, async (op) => {
    await op.effect('send', async () => {}, { verify: world.verify });
  });
  await expect(running).rejects.toBe(closed);
  expect(await stateOf(ledger)).toBe('intent');
});

test('an effect whose result cannot be stored has happened all the same', async () => {
  const ledger = memoryLedger();
  await expect(run(ledger, async () => new Date(0) as never)).rejects.toMatchObject({
    code: 'ERR_OPERATION_VALUE',
    message: expect.stringContaining('Effect "send"'),
  });
  expect(await run(ledger, async () => {})).toMatchObject({ how: ['before'], outcome: { outcome: 'done' } });
});

test('an effect that cannot be written down is not done', async () => {
  const ledger = memoryLedger();
  const full = new Error('disk full');
  let acts = 0;
  const claim = ledger.claim.bind(ledger);
  const broken = {
    ...ledger,
    claim: async (key: string) => ({ ...(await claim(key)), put: () => Promise.reject(full) }),
  } as MemoryLedger;
  await expect(run(broken, async () => void (acts += 1))).rejects.toBe(full);
  expect(acts).toBe(0);
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

test('the same effect of a forgotten operation has another id', async () => {
  const clock = new VirtualClock();
  const ledger = memoryLedger({ clock });
  const ids: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    await operation('a', { ledger, clock }, async (op) => {
      await op.effect('one', async (_, { effectId }) => void ids.push(effectId));
      await op.effect('two', async (_, { effectId }) => void ids.push(effectId));
    });
    await ledger.forget('a');
    await clock.advance(1);
  }
  expect(new Set(ids).size).toBe(4);
});

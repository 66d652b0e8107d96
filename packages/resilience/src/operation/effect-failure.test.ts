import { expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { ResilienceError } from '../errors.ts';
import { memoryLedger } from './memory-ledger.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import { EffectRefusedError } from './operation-error.ts';
import { operation } from './operation.ts';
import { interrupted, refused, reset, run, stateOf, World } from './testing/effect-run.ts';
import type { Act, Op } from './testing/effect-run.ts';
import { fakeSession } from './testing/fake-session.ts';

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

test.each([undefined, null, {}, true, 'yes', { happened: undefined }, { happened: 'no' }])(
  'a verify that answers %o has not said that nothing happened: the act is not repeated',
  async (answer) => {
    const ledger = memoryLedger();
    let acts = 0;
    const act: Act = async () => {
      acts += 1;
      throw reset();
    };
    const { outcome } = await run(ledger, act, { verify: async () => answer as never });
    expect(outcome).toMatchObject({ outcome: 'in-doubt', doubt: expect.stringContaining('{ happened }') });
    expect(acts).toBe(1);
    expect(await stateOf(ledger)).toBe('in-doubt');
  },
);

test.each([undefined, null, 'text', Symbol('s'), Object.create(null)])(
  'an act that throws no error has an unknown outcome all the same: %o',
  async (thrown: unknown) => {
    const ledger = memoryLedger();
    const thrower = Promise.withResolvers<void>();
    thrower.reject(thrown);
    const { outcome } = await run(ledger, () => thrower.promise);
    expect(outcome).toMatchObject({ outcome: 'in-doubt' });
    expect(await stateOf(ledger)).toBe('in-doubt');
  },
);

test('an effect in the middle of which a run ended is in doubt when its item is in the list no more', async () => {
  const ledger = memoryLedger();
  const stop = new AbortController();
  const program =
    (people: readonly string[]) =>
    (op: Op): Promise<void> =>
      op.each('person', people, { id: String }, async (_, item) => {
        await item.effect('greet', async () => {
          stop.abort(new Error('killed'));
          await new Promise<void>(() => {});
        });
      });
  const session = fakeSession();
  const killed = operation('a', { ledger, session, signal: stop.signal }, program(['ada', 'bob']));
  await expect(killed).rejects.toThrow('killed');
  const report = await operation('a', { ledger, session: fakeSession() }, program([]));
  expect(report).toMatchObject({ state: 'done', inDoubt: ['person/ada/greet'] });
  await ledger.settle('a', 'person/ada/greet', 'done');
  expect((await operation('a', { ledger, session: fakeSession() }, program([]))).inDoubt).toEqual([]);
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

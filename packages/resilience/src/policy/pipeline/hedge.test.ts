import { describe, expect, onTestFinished, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import { AFTER_100, expectNothingLeft, scene } from '../testing/hedge-scene.ts';
import { RESET } from '../testing/policy-setup.ts';
import { HedgeLostError } from './hedge-lost-error.ts';
import { hedged } from './hedge.ts';

function failure(category: Category, more: Partial<Verdict> = {}): Error {
  const verdict = { category, scope: 'call', safeToReplay: 'yes', evidence: 'class', ...more };
  return Object.assign(new Error(category), { verdict });
}

describe('when copies start', () => {
  test('an answer in time starts none', async () => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(99);
    it.call(0).answer('first');
    await it.clock.advance(1_000);
    expect([run.value, it.calls.length, it.log]).toEqual(['first', 1, []]);
    expect(it.call(0).signal.aborted).toBe(false);
    expectNothingLeft(it);
  });

  test('each starts so long after the one before, and no more than were asked for', async () => {
    const it = scene({ afterMs: (copy) => copy * 100, copies: 3 });
    it.run();
    await it.clock.advance(10_000);
    expect(it.calls.map(({ at }) => at)).toEqual([0, 100, 300, 600]);
    expect(it.log).toEqual(['hedge 1', 'hedge 2', 'hedge 3']);
    expect(it.clock.pending).toBe(0);
  });

  test('a delay of 0 starts all at once, an infinite one none as long as the first only hangs', async () => {
    const parallel = scene({ afterMs: () => 0, copies: 2 });
    parallel.run();
    await parallel.clock.advance(0);
    expect(parallel.calls.map(({ at }) => at)).toEqual([0, 0, 0]);
    const fallback = scene({ afterMs: () => Number.POSITIVE_INFINITY, copies: 2 });
    fallback.run();
    await fallback.clock.advance(1e9);
    expect([fallback.calls.length, fallback.clock.pending]).toEqual([1, 0]);
  });

  test('without copies the function itself is what runs', () => {
    const fn = (): string => 'plain';
    expect(hedged(fn, { afterMs: () => 0, copies: 0 }, { clock: new VirtualClock() })).toBe(fn);
  });

  test('every copy is told the number of the attempt, and has a signal and only one', async () => {
    const it = scene();
    it.run();
    await it.clock.advance(200);
    expect(it.calls.map(({ context }) => context.attempt)).toEqual([3, 3, 3]);
    expect(new Set([...it.calls.map(({ signal }) => signal), it.attempt.signal]).size).toBe(4);
    expect(it.calls.every(({ context, signal }) => context.signal === signal)).toBe(true);
  });

  test('progress of any copy counts for the attempt, until the copy has lost', async () => {
    const it = scene();
    it.run();
    await it.clock.advance(200);
    for (const { context } of it.calls) context.progress();
    expect(it.progress).toBe(3);
    it.call(1).answer('second');
    await it.clock.advance(0);
    it.call(0).context.progress();
    it.call(2).context.progress();
    expect(it.progress).toBe(3);
  });
});

describe('who wins', () => {
  test.each([0, 1, 2])('copy %i, when it answers first; the others abort without a stack', async (winner) => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(200);
    it.call(winner).answer(`from ${winner}`);
    await run.promise;
    expect(run.value).toBe(`from ${winner}`);
    for (const [number, { signal }] of it.calls.entries()) {
      expect(signal.aborted).toBe(number !== winner);
      if (number === winner) continue;
      expect(signal.reason).toBeInstanceOf(HedgeLostError);
      expect(signal.reason).toMatchObject({
        name: 'HedgeLostError',
        code: 'ERR_HEDGE_LOST',
        verdict: {
          category: 'cancelled',
          scope: 'none',
          safeToReplay: 'no',
          evidence: 'class',
          code: 'ERR_HEDGE_LOST',
        },
      });
      expect((signal.reason as Error).stack).not.toContain('\n');
    }
    await it.clock.advance(10_000);
    // Losers that obey their signal are no news.
    expect(it.log).toEqual(['hedge 1', 'hedge 2']);
    expectNothingLeft(it);
  });

  test('a success after failures of the others', async () => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(200);
    it.call(0).fail(RESET());
    it.call(2).fail(RESET());
    await it.clock.advance(5);
    expect(run.settled).toBe(false);
    it.call(1).answer('second');
    await run.promise;
    expect([run.value, it.calls.length]).toEqual(['second', 3]);
    expectNothingLeft(it);
  });

  test('what losers that are deaf bring later is told', async () => {
    const it = scene(AFTER_100, { isDeaf: true });
    const run = it.run();
    await it.clock.advance(200);
    it.call(1).answer('second');
    await run.promise;
    expect(it.log).toEqual(['hedge 1', 'hedge 2']);
    const late = RESET();
    it.call(0).answer('late');
    await it.clock.advance(0);
    it.call(2).fail(late);
    await it.clock.advance(0);
    expect(it.log.slice(2)).toEqual([
      ['fulfilled', 'late'],
      ['rejected', late],
    ]);
    expect(run.value).toBe('second');
  });

  test('of two answers in one tick the first; the other is told', async () => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(200);
    it.call(2).answer('third');
    it.call(0).answer('first');
    await run.promise;
    await it.clock.advance(0);
    expect(run.value).toBe('third');
    expect(it.log.slice(2)).toEqual([['fulfilled', 'first']]);
  });

  test('plain values and errors thrown on the spot are answers like others', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const fn = (): number => {
      calls += 1;
      if (calls < 3) throw RESET();
      return calls;
    };
    const context = { signal: new AbortController().signal, attempt: 1, progress: () => {} };
    expect(await hedged<number>(fn, { afterMs: () => 100, copies: 5 }, { clock })(context)).toBe(3);
    expect([calls, clock.pending]).toEqual([3, 0]);
  });
});

test('a HedgeLostError leaves the stacks of other errors alone', () => {
  const limit = Error.stackTraceLimit;
  expect(new HedgeLostError().stack).not.toContain('\n');
  expect([Error.stackTraceLimit, limit > 0]).toEqual([limit, true]);
});

test('nobody has to listen for copies and losers', async () => {
  const clock = new VirtualClock();
  const late = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let calls = 0;
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const run = hedged<string>(() => late[(calls += 1) - 1]?.promise ?? 'third', AFTER_100, { clock })({
    signal: new AbortController().signal,
    attempt: 1,
    progress: () => {},
  });
  await clock.advance(200);
  expect(await run).toBe('third');
  late[0]?.resolve('late');
  late[1]?.reject(RESET());
  await clock.advance(0);
  expect(unhandled).toEqual([]);
});

describe('failures', () => {
  test.each<Category>(['network', 'dns', 'tls', 'timeout', 'crash', 'local', 'unknown'])(
    'an early one of category %s starts the next copy at once, and the time counts anew',
    async (category) => {
      const it = scene();
      const run = it.run();
      await it.clock.advance(40);
      it.call(0).fail(failure(category));
      await it.clock.advance(99);
      expect(it.calls.map(({ at }) => at)).toEqual([0, 40]);
      await it.clock.advance(1);
      expect(it.calls.map(({ at }) => at)).toEqual([0, 40, 140]);
      expect(run.settled).toBe(false);
      it.call(2).answer('third');
      await run.promise;
      expectNothingLeft(it);
    },
  );

  test.each<[string, Error]>([
    ...(['permanent', 'defect', 'cancelled', 'auth-expired', 'session-lost', 'page-lost'] as const).map(
      (category): [string, Error] => [category, failure(category)],
    ),
    ['what must not be repeated', failure('network', { safeToReplay: 'no' })],
  ])('one that is %s ends the attempt with that error, also after others', async (_name, error) => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(150);
    it.call(0).fail(RESET());
    await it.clock.advance(0);
    expect(it.calls).toHaveLength(3);
    it.call(1).fail(error);
    await run.promise;
    expect(run.error).toBe(error);
    expect(it.call(2).signal.reason).toBeInstanceOf(HedgeLostError);
    await it.clock.advance(10_000);
    expect([it.calls.length, it.log]).toEqual([3, ['hedge 1', 'hedge 2']]);
    expectNothingLeft(it);
  });

  test('a permanent one at the first call starts no copy', async () => {
    const it = scene();
    const run = it.run();
    it.call(0).fail(failure('permanent'));
    await it.clock.advance(10_000);
    expect([it.calls.length, (run.error as Error).message]).toEqual([1, 'permanent']);
    expectNothingLeft(it);
  });

  test('a throttle starts no further copy, and those that run may still win', async () => {
    const it = scene({ afterMs: () => 100, copies: 5 });
    const run = it.run();
    await it.clock.advance(100);
    it.call(0).fail(failure('rate-limit'));
    await it.clock.advance(10_000);
    expect([it.calls.length, run.settled]).toEqual([2, false]);
    it.call(1).fail(RESET());
    await run.promise;
    expect([it.calls.length, (run.error as Error).message]).toEqual([2, 'rate-limit']);
    expectNothingLeft(it);
  });

  test('when all have failed the first error is thrown, whichever that was', async () => {
    const it = scene();
    const run = it.run();
    await it.clock.advance(200);
    const errors = [RESET(), RESET(), RESET()];
    for (const number of [1, 0, 2]) {
      expect(run.settled).toBe(false);
      it.call(number).fail(errors[number]);
      await it.clock.advance(1);
    }
    expect(run.error).toBe(errors[1]);
    expect(it.log).toEqual(['hedge 1', 'hedge 2']);
    expectNothingLeft(it);
  });

  test('an error that is undefined is the first all the same', async () => {
    const it = scene({ afterMs: () => 100, copies: 1 });
    const run = it.run();
    it.call(0).fail(undefined);
    await it.clock.advance(0);
    it.call(1).fail(RESET());
    await run.promise;
    expect(run).toMatchObject({ settled: true, error: undefined });
  });

  test('the classifier of the policy judges, with the signal of the attempt', async () => {
    const clock = new VirtualClock();
    const signal = new AbortController().signal;
    const asked: unknown[] = [];
    const error = RESET();
    const run = hedged(() => Promise.reject(error), AFTER_100, {
      clock,
      classify: (...question) => {
        asked.push(question);
        return { category: 'permanent', scope: 'none', safeToReplay: 'yes', evidence: 'code' };
      },
    })({ signal, attempt: 1, progress: () => {} });
    await expect(run).rejects.toBe(error);
    expect(asked).toEqual([[error, { signal }]]);
  });
});

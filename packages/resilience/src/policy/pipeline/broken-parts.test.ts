import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Verdict } from '../../classify/verdict.ts';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/memory-state.ts';
import { constant, fullJitter } from '../backoff/backoff.ts';
import type { Backoff } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { countWindow } from '../breaker/windows.ts';
import type { RetryBudget } from '../budget/retry-budget.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import type { PolicyEvent } from '../events.ts';
import { adaptive } from '../limit/adaptive.ts';
import type { LimitAlgorithm } from '../limit/limit-algorithm.ts';
import { RESET, setup, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { Classifier } from './options.ts';
import { resilient } from './resilient.ts';

/** Parts that are given to a policy may be broken: its runs settle all the same, and tell that they ended. */

const BROKEN = new Error('broken part');

function broken(): never {
  throw BROKEN;
}

let unhandled: unknown[] = [];
const onUnhandled = (error: unknown): unknown => unhandled.push(error);

/** Warnings that were given meanwhile, and that nothing went unhandled. */
async function warningsOf(body: () => Promise<void>): Promise<unknown[]> {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
  await body();
  await new VirtualClock().advance(0);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
  const warnings = warn.mock.calls.map(([warning]) => warning);
  warn.mockRestore();
  return warnings;
}

afterEach(() => void vi.restoreAllMocks());

/** The types of the events that say how a run ended. */
function ends(events: readonly PolicyEvent[]): readonly string[] {
  return events.filter(({ type }) => type === 'success' || type === 'give-up').map(({ type }) => type);
}

describe('a classifier', () => {
  test('that throws hides no failure: the built-in one judges, and it is a warning', async () => {
    const { clock, policy, failing, calls } = setup({ classify: broken });
    const warnings = await warningsOf(async () => {
      const run = watch(policy.run(failing(RESET)));
      await clock.advance(60_000);
      expect(failureOf(run.error)?.attempts.at(-1)?.code).toBe('ECONNRESET');
    });
    expect(calls).toHaveLength(6);
    expect(warnings).toEqual(Array.from({ length: 6 }, () => BROKEN));
  });

  test('that throws ends a hedged attempt all the same', async () => {
    const { clock, policy, failing } = setup({ classify: broken, hedge: { after: '1s' }, retry: {} });
    const warnings = await warningsOf(async () => {
      const error = RESET();
      const run = watch(policy.run(failing(() => error)));
      await clock.advance(5_000);
      expect(run.error).toBe(error);
    });
    expect(warnings).toContain(BROKEN);
  });

  test('that gives no verdict is none', async () => {
    const given: readonly unknown[] = [undefined, null, 'network', { category: 'net' }, Promise.resolve({})];
    for (const value of given) {
      const { clock, policy, failing, calls } = setup({ classify: (() => value) as unknown as Classifier });
      const warnings = await warningsOf(async () => {
        const run = watch(policy.run(failing(RESET)));
        await clock.advance(60_000);
        expect(run.settled).toBe(true);
      });
      expect(calls).toHaveLength(6);
      expect(String(warnings[0])).toContain('no verdict');
    }
  });

  test('is asked with what the run knows, and believed', async () => {
    const asked: unknown[] = [];
    const verdict: Verdict = { category: 'permanent', scope: 'none', safeToReplay: 'no', evidence: 'flag' };
    const { signal } = new AbortController();
    const { policy, calls, failing } = setup({ classify: (...all) => (asked.push(all), verdict) });
    const error = RESET();
    const run = watch(
      policy.run(
        failing(() => error),
        { signal },
      ),
    );
    await run.promise;
    expect([asked, calls.length]).toEqual([[[error, { signal }]], 1]);
  });
});

describe('what wants to know how an attempt went cannot undo what it achieved', () => {
  test('a breaker that throws when a slow call opens it', async () => {
    const clock = new VirtualClock();
    const open: Backoff = { kind: 'constant', baseMs: 1, capMs: 1, delayMs: broken } as unknown as Backoff;
    const parts = breaker({
      name: 'slow',
      window: countWindow({ calls: 1, failureRate: 1 }),
      slow: { afterMs: '1s', rate: 0.5 },
      open,
      clock,
    });
    for (const options of [{}, { signal: new AbortController().signal }]) {
      const policy = resilient('x', { breaker: parts, clock });
      const warnings = await warningsOf(async () => {
        const run = watch(policy.run(() => clock.sleep(5_000).then(() => 'done'), options));
        await clock.advance(5_000);
        expect([run.settled, run.value]).toEqual([true, 'done']);
      });
      expect(warnings).toEqual([BROKEN]);
    }
  });

  test('a budget that throws', async () => {
    const budget: RetryBudget = { ...tokenBucket({ capacity: 1, refillMs: 1 }), record: broken };
    for (const options of [{}, { signal: new AbortController().signal }]) {
      const { policy } = setup({ budget });
      const warnings = await warningsOf(async () => {
        expect(await policy.run(() => 'done', options)).toBe('done');
      });
      expect(warnings).toEqual([BROKEN]);
    }
  });

  test('an algorithm that throws when a place is given back', async () => {
    const clock = new VirtualClock();
    const algorithm: LimitAlgorithm = { kind: 'broken', begin: () => broken };
    const concurrency = adaptive({ algorithm, initial: 1, min: 1, max: 5 });
    const { policy } = setup({ concurrency, clock });
    const warnings = await warningsOf(async () => {
      const run = watch(policy.run(() => clock.sleep(5_000).then(() => 'done')));
      await clock.advance(5_000);
      expect([run.settled, run.value]).toEqual([true, 'done']);
    });
    expect(warnings).toEqual([BROKEN]);
  });
});

describe('a run that a part ends tells so, once, with the attempts before', () => {
  const store = { ...memoryState(), get: () => Promise.reject(BROKEN), update: () => Promise.reject(BROKEN) };

  test('the store of a budget', async () => {
    const { policy, events, failing } = setup({
      budget: tokenBucket({ name: 'b', capacity: 5, refillMs: '1s', state: store }),
    });
    const run = watch(policy.run(failing(RESET)));
    await run.promise;
    expect(run.error).toBe(BROKEN);
    expect(failureOf(BROKEN)).toMatchObject({
      stopReason: 'part-failed',
      attempts: [{ code: 'ECONNRESET' }],
    });
    expect(ends(events)).toEqual(['give-up']);
  });

  test('the store of a breaker', async () => {
    const { policy, events, failing } = setup({
      breaker: breaker({ name: 'b', failures: 1, openMs: '1s', state: store }),
    });
    const run = watch(policy.run(failing(RESET)));
    await run.promise;
    expect(run.error).toBe(BROKEN);
    expect(failureOf(BROKEN)).toEqual({ stopReason: 'part-failed', attempts: [] });
    expect(events.at(-1)).toMatchObject({ type: 'give-up', stopReason: 'part-failed', error: BROKEN });
    expect(events).toHaveLength(1);
  });

  test('a stop, a backoff or a source of randomness that throws', async () => {
    const backoff = { ...constant('1s'), delayMs: broken };
    for (const options of [
      { stop: { description: '', shouldStop: broken } },
      { retry: { network: { attempts: 5, backoff } } },
      { retry: { network: { attempts: 5, backoff: fullJitter('1s', '1m') } }, random: { next: broken } },
    ]) {
      const { policy, events, failing, calls } = setup(options);
      const run = watch(policy.run(failing(RESET)));
      await run.promise;
      expect([run.error, calls.length, ends(events)]).toEqual([BROKEN, 1, ['give-up']]);
    }
  });
});

describe('a delay that is no time', () => {
  test.each([Number.NaN, -1, '5' as unknown as number])('of a backoff is the default one: %s', async (ms) => {
    const backoff: Backoff = { ...constant('1s'), delayMs: () => ms };
    const { policy, clock, failing, calls } = setup({ retry: { network: { attempts: 2, backoff } } });
    const run = watch(policy.run(failing(RESET)));
    await clock.advance(10_000);
    // Half of full jitter from 1 s.
    expect([calls, run.settled]).toEqual([[0, 500, 1_500], true]);
  });

  test.each([Number.NaN, -5_000, '5' as unknown as number])(
    'asked by an upstream counts as none: %s',
    async (retryAfterMs) => {
      const verdict = { category: 'rate-limit', scope: 'call', safeToReplay: 'yes', evidence: 'status' };
      const error = Object.assign(new Error('slow down'), { verdict: { ...verdict, retryAfterMs } });
      const { policy, clock, failing, calls } = setup({
        retry: { 'rate-limit': { attempts: 1, backoff: constant('3s') } },
      });
      const run = watch(policy.run(failing(() => error)));
      await clock.advance(10_000);
      expect([calls, run.settled]).toEqual([[0, 3_000], true]);
    },
  );
});

test('an abort by whoever is told that the run gave up comes too late', async () => {
  const controller = new AbortController();
  const events: PolicyEvent[] = [];
  const policy = resilient('x', {
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'give-up') controller.abort('too late');
    },
  });
  const error = RESET();
  const run = watch(policy.run(() => Promise.reject(error), { signal: controller.signal }));
  await run.promise;
  expect(controller.signal.aborted).toBe(true);
  expect([run.error, ends(events)]).toEqual([error, ['give-up']]);
});

test('a signal that is none is named', async () => {
  const signal = new AbortController() as unknown as AbortSignal;
  await expect(resilient('x', {}).run(() => 1, { signal })).rejects.toMatchObject({
    code: 'ERR_INVALID_OPTION',
    field: 'run.signal',
  });
});

test('null is no signal, as for fetch', async () => {
  const signal = null as unknown as AbortSignal;
  for (const options of [{}, { deadline: '1h' }]) {
    expect(await resilient('x', options).run(() => 'done', { signal })).toBe('done');
  }
});

import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_LIMIT_MS } from '../../classify/retry-after.ts';
import { CATEGORIES } from '../../classify/verdict.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import { constant } from '../backoff/backoff.ts';
import type { Backoff } from '../backoff/backoff.ts';
import { FakeSignals } from '../testing/every-stage.ts';
import { failed, failures, RULE, spyBudget, verdict } from '../testing/failing-run.ts';
import { setup, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { RetryRule } from './options.ts';

/** One category after the other, and what the parts of a policy are told and asked after a failure of it. */

const EVIDENCE: readonly Category[] = ['network', 'dns', 'tls', 'timeout'];
const PAID: readonly Category[] = [...EVIDENCE, 'unknown', 'local'];

describe.each(CATEGORIES.filter((category) => category !== 'cancelled'))(
  'a failure of category %s',
  (category) => {
    test('is told to the budget and paid for if the network, the disk or nobody knows what failed', async () => {
      const { budget, told } = spyBudget();
      const it = failures({ budget, retry: { [category]: RULE } }, [verdict(category), undefined]);
      await it.clock.advance(1_000);
      expect(it.run.value).toBe('ok');
      expect(told).toEqual(
        PAID.includes(category)
          ? [
              ['failure', category],
              ['take', category],
              ['success', category],
            ]
          : [['success', undefined]],
      );
    });

    test('is excused without a network if the network was needed, and then waits for it', async () => {
      const machine = new FakeSignals();
      machine.online = false;
      const it = failures({ machine, retry: { [category]: { ...RULE, attempts: 1 } } }, [verdict(category)]);
      await it.clock.advance(0);
      const failure = it.events.find(({ type }) => type === 'failure');
      const wait = it.events.find(({ type }) => type === 'wait');
      const excused = EVIDENCE.includes(category);
      expect(failure !== undefined && 'excused' in failure && failure.excused === 'offline').toBe(excused);
      expect(wait).toMatchObject(
        excused ? { kind: 'offline', delayMs: 0 } : { kind: 'backoff', delayMs: 1_000 },
      );
    });
  },
);

test('without a rule, with a rule for none, or when it must not be repeated, a failure is not retried', async () => {
  const cases: readonly (readonly [Verdict, RetryRule | undefined])[] = [
    [verdict('network'), undefined],
    [verdict('network'), { ...RULE, attempts: 0 }],
    [verdict('network', { safeToReplay: 'no' }), RULE],
    [verdict('network', { code: 'B' }), { ...RULE, codes: ['A'] }],
    [verdict('network'), { ...RULE, codes: ['A'] }],
    [verdict('cancelled'), RULE],
  ];
  for (const [judged, rule] of cases) {
    const it = failures({ retry: rule === undefined ? {} : { network: rule } }, [judged]);
    await it.clock.advance(0);
    expect(failureOf(it.run.error)).toMatchObject({
      stopReason: 'not-retryable',
      attempts: [{ delayMs: 0 }],
    });
    expect(it.starts).toEqual([0]);
  }
});

test('a doubtful outcome is retried, and so is one of the codes that the rule names', async () => {
  const cases = [
    verdict('network', { safeToReplay: 'unknown', code: 'A' }),
    verdict('network', { code: 'A' }),
  ];
  for (const judged of cases) {
    const it = failures({ retry: { network: { ...RULE, codes: ['X', 'A'] } } }, [judged, undefined]);
    await it.clock.advance(1_000);
    expect([it.run.value, it.starts]).toEqual(['ok', [0, 1_000]]);
  }
});

describe('what a service asked to wait', () => {
  // With a random number of a half.
  test.each([
    [0, 500],
    [1, 1 + 0.5 * 1_000.1],
    [5_000, 5_750],
    [590_000, 620_000],
    [600_000, 630_000],
    [RETRY_AFTER_LIMIT_MS, RETRY_AFTER_LIMIT_MS + 30_000],
  ])('of %d ms is waited, and a little more: %d ms', async (retryAfterMs, delayMs) => {
    const it = failures({ retry: { 'rate-limit': RULE } }, [
      verdict('rate-limit', { retryAfterMs }),
      undefined,
    ]);
    await it.clock.advance(0);
    expect(it.events.find(({ type }) => type === 'wait')).toMatchObject({ kind: 'retry-after', delayMs });
    await it.clock.advance(delayMs);
    expect(it.run.value).toBe('ok');
    expect(it.starts).toEqual([0, delayMs]);
  });

  test('of more than a day is too long, unless the rule does not respect it', async () => {
    const judged = verdict('rate-limit', { retryAfterMs: RETRY_AFTER_LIMIT_MS + 1 });
    const it = failures({ retry: { 'rate-limit': RULE } }, [judged]);
    await it.clock.advance(0);
    expect(failureOf(it.run.error)).toMatchObject({
      stopReason: 'retry-after-too-long',
      retryAfterMs: RETRY_AFTER_LIMIT_MS + 1,
    });
    const bold = failures({ retry: { 'rate-limit': { ...RULE, respectRetryAfter: false } } }, [
      judged,
      undefined,
    ]);
    await bold.clock.advance(1_000);
    expect(bold.events.find(({ type }) => type === 'wait')).toMatchObject({
      kind: 'backoff',
      delayMs: 1_000,
    });
    expect(bold.starts).toEqual([0, 1_000]);
  });

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['5']])(
    'of %s was not asked',
    async (retryAfterMs) => {
      const judged = { ...verdict('rate-limit'), retryAfterMs } as Verdict;
      const it = failures({ retry: { 'rate-limit': RULE } }, [judged, undefined]);
      await it.clock.advance(1_000);
      expect(it.events.find(({ type }) => type === 'failure')).toMatchObject({
        verdict: verdict('rate-limit'),
      });
      expect(it.events.find(({ type }) => type === 'wait')).toMatchObject({
        kind: 'backoff',
        delayMs: 1_000,
      });
      expect(it.run.value).toBe('ok');
    },
  );
});

describe('a backoff', () => {
  function spyBackoff(delays: readonly number[]): { backoff: Backoff; asked: unknown[] } {
    const asked: unknown[] = [];
    const delayMs: Backoff['delayMs'] = (retry, _random, previous) => {
      asked.push([retry, previous]);
      return delays[asked.length - 1] ?? 0;
    };
    return { backoff: { ...constant(1), delayMs }, asked };
  }

  test('is told the number of the retry and its own last delay, which a Retry-After between does not change', async () => {
    const { backoff, asked } = spyBackoff([10, 20, 30]);
    const plain = verdict('rate-limit');
    const it = failures({ retry: { 'rate-limit': { attempts: 9, backoff } } }, [
      plain,
      plain,
      verdict('rate-limit', { retryAfterMs: 0 }),
      plain,
      undefined,
    ]);
    await it.clock.advance(1_000);
    expect(asked).toEqual([
      [1, undefined],
      [2, 10],
      [4, 20],
    ]);
    expect(it.starts).toEqual([0, 10, 30, 530, 560]);
  });

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['5']])(
    'that says %s is replaced by the default, half a second here',
    async (delay) => {
      const { backoff } = spyBackoff([delay as number]);
      const it = failures({ retry: { network: { attempts: 1, backoff } } }, [verdict('network'), undefined]);
      await it.clock.advance(500);
      expect(it.starts).toEqual([0, 500]);
    },
  );

  test('of an excused failure is the one of the first retry, as often as it happens, and is not counted', async () => {
    const { backoff, asked } = spyBackoff([1_000, 1_000, 1_000]);
    const asleep = verdict('network', { code: 'ERR_SYSTEM_WAKE' });
    const it = failures({ retry: { network: { attempts: 1, backoff } } }, [
      asleep,
      asleep,
      verdict('network'),
    ]);
    await it.clock.advance(10_000);
    expect(asked).toEqual([
      [1, undefined],
      [1, 1_000],
      [1, 1_000],
    ]);
    expect(it.starts).toEqual([0, 1_000, 2_000, 3_000]);
    expect(failureOf(it.run.error)?.attempts.map(({ excused, delayMs }) => [excused, delayMs])).toEqual([
      ['asleep', 1_000],
      ['asleep', 1_000],
      [undefined, 1_000],
      [undefined, 0],
    ]);
  });
});

test('what a run tells of a failure and its retry is whole', async () => {
  const judged = verdict('network', { code: 'X' });
  const it = setup({ retry: { network: RULE } });
  let error: unknown;
  const run = watch(
    it.policy.run(async ({ attempt }) => {
      await it.clock.sleep(250);
      if (attempt === 2) return 'ok';
      throw (error = failed(judged));
    }),
  );
  await it.clock.advance(2_000);
  expect(run.value).toBe('ok');
  const [first] = it.events;
  const about = { policy: 'test', run: first !== undefined && 'run' in first ? first.run : 0 };
  expect(it.events).toEqual([
    { type: 'attempt', ...about, attempt: 1 },
    {
      type: 'failure',
      ...about,
      attempt: 1,
      category: 'network',
      durationMs: 250,
      verdict: judged,
      error,
    },
    {
      type: 'wait',
      ...about,
      attempt: 1,
      kind: 'backoff',
      delayMs: 1_000,
      category: 'network',
      verdict: judged,
    },
    { type: 'retry', ...about, attempt: 2, category: 'network', delayMs: 1_000, verdict: judged },
    { type: 'attempt', ...about, attempt: 2 },
    { type: 'success', ...about, attempt: 2, durationMs: 250 },
  ]);
});

test('what is kept of an attempt is whole, in wall time', async () => {
  const it = setup({ retry: { network: { ...RULE, attempts: 1 } } });
  const begun = it.clock.now();
  const run = watch(
    it.policy.run(async ({ attempt }) => {
      await it.clock.sleep(250);
      throw failed(verdict('network', attempt === 1 ? { code: 'X' } : {}));
    }),
  );
  await it.clock.advance(5_000);
  expect(failureOf(run.error)?.attempts).toStrictEqual([
    { attempt: 1, category: 'network', code: 'X', startedAt: begun, durationMs: 250, delayMs: 1_000 },
    { attempt: 2, category: 'network', startedAt: begun + 1_250, durationMs: 250, delayMs: 0 },
  ]);
});

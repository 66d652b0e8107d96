import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_LIMIT_MS } from '../../classify/retry-after.ts';
import type { Reservation } from '../limit/rate-limiter.ts';
import { FakeSignals } from '../testing/every-stage.ts';
import { failed, failures, RULE, spyBudget, verdict } from '../testing/failing-run.ts';
import { setup, watch } from '../testing/policy-setup.ts';
import { failureOf } from './failure.ts';
import type { StopState } from './stop.ts';

/** What stop, budget, rate and hook of a policy are asked and told after a failure. */

describe('a stop', () => {
  test('knows the attempts that counted, the lived time, the next delay and the verdict', async () => {
    for (const more of [{}, { deadline: '1h' }]) {
      const asked: StopState[] = [];
      const judged = verdict('network', { retryAfterMs: 2_000 });
      const stop = {
        description: 'own',
        shouldStop: (state: StopState) => (asked.push(state), state.attempts === 2),
      };
      const it = failures({ ...more, stop, retry: { network: { ...RULE, respectRetryAfter: false } } }, [
        judged,
      ]);
      await it.clock.advance(5_000);
      expect(asked).toEqual([
        { attempts: 1, elapsedMs: 0, nextDelayMs: 1_000, verdict: judged },
        { attempts: 2, elapsedMs: 1_000, nextDelayMs: 1_000, verdict: judged },
      ]);
      expect(failureOf(it.run.error)).toMatchObject({ stopReason: 'stopped', retryAfterMs: 2_000 });
      expect(it.clock.pending).toBe(0);
    }
  });

  test('is told a delay of 0 where nobody knows the next, and no attempt for one that is excused', async () => {
    const machine = new FakeSignals();
    machine.online = false;
    const asked: StopState[] = [];
    const stop = { description: 'own', shouldStop: (state: StopState) => (asked.push(state), true) };
    const it = failures({ machine, stop, retry: { network: RULE } }, [verdict('network')]);
    await it.clock.advance(0);
    expect(asked).toMatchObject([{ attempts: 0, nextDelayMs: 0 }]);
    expect(machine.listeners.size).toBe(0);
  });
});

describe('a budget', () => {
  test('that is empty ends the run, with the time until it is worth asking', async () => {
    const { budget } = spyBudget({ take: () => false, waitMs: () => 7_000 });
    const it = failures({ budget, retry: { network: RULE } }, [verdict('network')]);
    await it.clock.advance(0);
    expect(failureOf(it.run.error)).toMatchObject({
      stopReason: 'retry-budget-exhausted',
      retryAfterMs: 7_000,
      attempts: [{ delayMs: 1_000 }],
    });
  });

  test('that waits is asked again after its own time, and after its answer comes the backoff', async () => {
    const answers = [false, false, true];
    const asked: number[] = [];
    const { budget } = spyBudget({
      whenEmpty: 'wait',
      take: () => (asked.push(it.clock.monotonic()), answers.shift() ?? true),
      waitMs: () => 7_000,
    });
    const it = failures({ budget, retry: { network: RULE } }, [verdict('network'), undefined]);
    await it.clock.advance(20_000);
    expect([asked, it.starts, it.run.value]).toEqual([[0, 7_000, 14_000], [0, 15_000], 'ok']);
    const waits = it.events.flatMap((event) => (event.type === 'wait' ? [[event.kind, event.delayMs]] : []));
    expect(waits).toEqual([
      ['budget', 7_000],
      ['budget', 7_000],
      ['backoff', 1_000],
    ]);
  });

  test('whose wait somebody ends is not asked again, and knows that it paid nothing', async () => {
    const told: unknown[] = [];
    const { budget } = spyBudget({
      whenEmpty: 'wait',
      take: (category) => (told.push(['take', category]), false),
      waitMs: () => 7_000,
      record: (outcome, category) => void told.push([outcome, category]),
    });
    const it = setup({ budget, retry: { network: RULE } });
    let calls = 0;
    const run = watch(
      it.policy.run(
        async () => {
          calls += 1;
          if (calls === 1) throw failed(verdict('network'));
          return 'ok';
        },
        { onWait: (wait) => void (wait.kind === 'budget' && wait.end()) },
      ),
    );
    await it.clock.advance(1_000);
    expect(run.value).toBe('ok');
    expect(told).toEqual([
      ['failure', 'network'],
      ['take', 'network'],
      ['success', undefined],
    ]);
  });

  test('is not asked when the backoff cannot end before the deadline, nor for what is excused', async () => {
    const { budget, told } = spyBudget();
    const hopeless = failures({ budget, deadline: '1s', retry: { network: RULE } }, [verdict('network')]);
    await hopeless.clock.advance(0);
    expect(failureOf(hopeless.run.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 1_000 });
    expect(told).toEqual([['failure', 'network']]);
    const asleep = verdict('network', { code: 'ERR_SYSTEM_WAKE' });
    const excused = failures({ budget, retry: { network: RULE } }, [asleep, undefined]);
    await excused.clock.advance(1_000);
    expect([excused.run.value, told.slice(1)]).toEqual(['ok', [['success', undefined]]]);
  });

  test('that paid for one retry did not pay for the next, which is free', async () => {
    const { budget, told } = spyBudget();
    const it = failures({ budget, retry: { network: RULE, crash: RULE } }, [
      verdict('network'),
      verdict('crash'),
      undefined,
    ]);
    await it.clock.advance(2_000);
    expect(told).toEqual([
      ['failure', 'network'],
      ['take', 'network'],
      ['success', undefined],
    ]);
  });
});

describe('a rate', () => {
  const NOW: Reservation = { waitMs: 0, cancel: () => {} };

  test('learns from each attempt whether it was throttled, and pauses for as long as was asked, up to a day', async () => {
    const told: unknown[] = [];
    const rate = {
      limit: 1,
      perMs: 1,
      reserve: (key?: string) => (told.push(['reserve', key]), NOW),
      pause: (ms: number, key?: string) => void told.push(['pause', ms, key]),
      learn: (throttled: boolean, key?: string) => void told.push(['learn', throttled, key]),
    };
    const rule = { ...RULE, respectRetryAfter: false, attempts: 9 };
    const it = failures({ rate, retry: { 'rate-limit': rule, network: rule } }, [
      verdict('rate-limit'),
      verdict('rate-limit', { retryAfterMs: RETRY_AFTER_LIMIT_MS }),
      verdict('rate-limit', { retryAfterMs: RETRY_AFTER_LIMIT_MS + 1 }),
      verdict('network', { retryAfterMs: 1 }),
      verdict('network', { code: 'ERR_SYSTEM_WAKE' }),
      undefined,
    ]);
    await it.clock.advance(10_000);
    expect(it.run.value).toBe('ok');
    expect(told.filter((entry) => !(entry as readonly unknown[]).includes('reserve'))).toEqual([
      ['learn', true, 'k'],
      ['learn', true, 'k'],
      ['pause', RETRY_AFTER_LIMIT_MS, 'k'],
      ['learn', true, 'k'],
      ['learn', false, 'k'],
      ['learn', false, 'k'],
    ]);
    expect(told.filter((entry) => (entry as readonly unknown[]).includes('reserve'))).toEqual(
      Array.from({ length: 6 }, () => ['reserve', 'k']),
    );
  });
});

describe('a hook before the retry', () => {
  test('that throws at once, or fails, ends the run; one that hangs ends it at the deadline', async () => {
    const problem = new Error('login');
    const hooks: readonly (readonly [() => Promise<void>, string])[] = [
      [
        () => {
          throw problem;
        },
        'before-failed',
      ],
      [() => Promise.reject(problem), 'before-failed'],
      [() => new Promise(() => {}), 'deadline'],
    ];
    for (const [before, stopReason] of hooks) {
      const it = failures({ deadline: '5s', retry: { network: { ...RULE, before } } }, [verdict('network')]);
      await it.clock.advance(4_999);
      expect(it.run.settled).toBe(stopReason === 'before-failed');
      await it.clock.advance(1);
      expect(failureOf(it.run.error)?.stopReason).toBe(stopReason);
      expect([it.starts, it.events.filter(({ type }) => type === 'retry')]).toEqual([[0], []]);
    }
  });
});

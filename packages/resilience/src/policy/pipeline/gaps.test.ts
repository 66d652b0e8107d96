import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import type { Timer } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { failureOf } from './failure.ts';
import { RESET, setup, stuck, watch } from '../testing/policy-setup.ts';

test.each([
  ['attemptTimeout', 'ERR_TIMEOUT_ATTEMPT'],
  ['stall', 'ERR_TIMEOUT_STALL'],
  ['deadline', 'ERR_TIMEOUT_DEADLINE'],
])('%s does not pass while the machine sleeps or the process is stopped', async (name, code) => {
  const { clock, policy } = setup({ [name]: '1m', retry: {} });
  const run = watch(policy.run(stuck));
  await clock.advance(30_000);
  await clock.suspend(8 * 3_600_000, { monotonic: true });
  await clock.pause(60_000);
  expect(run.settled).toBe(false);
  await clock.advance(30_000);
  expect(run.error).toMatchObject({ code, limitMs: 60_000 });
});

test('after a sleep a wait may still begin that fits into what is left of the deadline', async () => {
  const { clock, policy } = setup({
    deadline: '1m',
    retry: { network: { attempts: 2, backoff: constant('20s') } },
  });
  const run = watch(
    policy.run(async ({ attempt }) => {
      await clock.sleep(1_000);
      if (attempt < 3) throw RESET();
      return 'whole';
    }),
  );
  await clock.advance(500);
  await clock.suspend(8 * 3_600_000, { monotonic: true });
  await clock.advance(50_000);
  expect(run.value).toBe('whole');
});

test('a wait that does not fit into what is left of the deadline fails at once', async () => {
  const { clock, policy } = setup({
    deadline: '1m',
    retry: { network: { attempts: 2, backoff: constant('20s') } },
  });
  const run = watch(
    policy.run(async () => {
      await clock.sleep(45_000);
      throw RESET();
    }),
  );
  await clock.advance(44_999);
  expect(run.settled).toBe(false);
  await clock.advance(1);
  expect(failureOf(run.error)).toMatchObject({ stopReason: 'deadline', retryAfterMs: 20_000 });
});

test('a deadline that passes within a wait, because the timer of the wait is late, ends it as a deadline', async () => {
  let late = 0;
  class LateWaits extends VirtualClock {
    override timer(ms: number, callback: () => void): Timer {
      if (ms !== 20_000) return super.timer(ms, callback);
      late += 1;
      return super.timer(60_000, callback);
    }
  }
  const clock = new LateWaits();
  const { policy } = setup({
    clock,
    deadline: '30s',
    retry: { network: { attempts: 2, backoff: constant('20s') } },
  });
  const run = watch(policy.run(() => Promise.reject(RESET())));
  await clock.advance(30_000);
  expect(late).toBe(1);
  expect(run.error).toMatchObject({ code: 'ERR_TIMEOUT_DEADLINE', cause: { code: 'ECONNRESET' } });
  expect(failureOf(run.error)).toMatchObject({ stopReason: 'deadline' });
});

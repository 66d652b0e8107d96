import { expect, test } from 'vitest';
import { constant } from './backoff.ts';
import { RESET, setup, stuck, watch } from './testing/policy-setup.ts';

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

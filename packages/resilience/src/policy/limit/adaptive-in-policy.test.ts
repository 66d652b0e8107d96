import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { resilient } from '../pipeline/resilient.ts';
import { adaptive } from './adaptive.ts';
import type { LimitRound } from './limit-algorithm.ts';
import { rateLimit } from './rate-limit.ts';

/** A policy with a limit of one call at once and one start per second, and the rounds that its limit saw. */
function setUp(): { clock: VirtualClock; rounds: LimitRound[]; policy: ReturnType<typeof resilient> } {
  const clock = new VirtualClock();
  const rounds: LimitRound[] = [];
  const algorithm = {
    kind: 'recording',
    begin: () => (round: LimitRound) => {
      rounds.push(round);
      return round.limit;
    },
  };
  const concurrency = adaptive({ initial: 1, algorithm, queue: 9 });
  const policy = resilient('test', { concurrency, rate: rateLimit('1/s', { clock }), clock });
  return { clock, rounds, policy };
}

test('adaptive -> rate: the wait for the rate is not taken for the latency of the call', async () => {
  const { clock, rounds, policy } = setUp();
  const calls = [1, 2, 3].map(() => policy.run(() => clock.sleep(50)));
  await clock.advance(5_000);
  await Promise.all(calls);
  expect(rounds.map(({ meanMs }) => meanMs)).toEqual([50, 50, 50]);
});

test('adaptive -> fn: a throttle and a timeout are drops, another failure teaches nothing', async () => {
  const { clock, rounds, policy } = setUp();
  const verdict = { scope: 'call', safeToReplay: 'yes', evidence: 'status' };
  for (const category of ['network', 'rate-limit', 'permanent', 'timeout']) {
    const error = Object.assign(new Error(category), { verdict: { ...verdict, category } });
    const call = policy.run(async () => {
      await clock.sleep(50);
      throw error;
    });
    const [outcome] = await Promise.all([Promise.allSettled([call]), clock.advance(2_000)]);
    expect(outcome).toEqual([{ status: 'rejected', reason: error }]);
  }
  expect(rounds.map(({ dropped }) => dropped)).toEqual([true, true]);
});

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../clock/index.ts';
import { injectFault, injectHang, injectLatency, injectResult, injectThrowLate } from './index.ts';
import type { ChaosCall, ChaosOptions } from './index.ts';
import { attempt, hits, idle, reset } from './testing/under-chaos.ts';

describe('which calls are hit', () => {
  test.each([
    ['all, when nothing is said', {}, [1, 2, 3, 4, 5, 6], 1],
    ['at most two', { times: 2 }, [1, 2], 1],
    ['the third', { times: '@3' }, [3], 1],
    ['three from the second on', { times: 'reset@2x3' }, [2, 3, 4], 3],
    ['none', { rate: 0 }, [], 1],
    ['those that are asked for', { when: ({ call }: ChaosCall) => call % 2 === 0 }, [2, 4, 6], 1],
    ['two of those', { times: 2, when: ({ call }: ChaosCall) => call > 3 }, [4, 5], 1],
  ])('%s', async (_name, options: ChaosOptions, expected, planned) => {
    const policy = reset(options);
    expect(await hits(policy, 6)).toEqual(expected);
    expect([policy.calls, policy.injected, policy.planned]).toEqual([6, expected.length, planned]);
  });

  test('the same seed hits the same calls, another seed others, and the share is the rate', async () => {
    const first = await hits(reset({ rate: 0.3, seed: 5 }), 1_000);
    expect(await hits(reset({ rate: 0.3, seed: 5 }), 1_000)).toEqual(first);
    expect(await hits(reset({ rate: 0.3, random: seededRandom(5) }), 1_000)).toEqual(first);
    expect(await hits(reset({ rate: 0.3, seed: 6 }), 1_000)).not.toEqual(first);
    expect(await hits(reset({ rate: 0.3 }), 1_000)).toEqual(await hits(reset({ rate: 0.3, seed: 1 }), 1_000));
    // Four standard errors.
    expect(Math.abs(first.length - 300)).toBeLessThan(58);
  });

  test('the draw decides below the rate, not at it', async () => {
    const draws = [0.5, 0.49, 0.51, 0];
    const policy = reset({ rate: 0.5, random: { next: () => draws.shift() ?? 1 } });
    expect(await hits(policy, 4)).toEqual([2, 4]);
  });

  test('another schedule does not shift the draws', async () => {
    const all = await hits(reset({ rate: 0.5, seed: 3 }), 40);
    const later = await hits(reset({ rate: 0.5, seed: 3, times: '@20x100' }), 40);
    expect(later).toEqual(all.filter((call) => call >= 20));
    expect(later.length).toBeGreaterThan(0);
  });

  test('while it is switched off, calls are not counted', async () => {
    let on = false;
    const policy = reset({ enabled: () => on, times: '@1x2' });
    expect(await hits(policy, 3)).toEqual([]);
    expect(policy.calls).toBe(0);
    on = true;
    expect(await hits(policy, 3)).toEqual([1, 2]);
    expect(policy.calls).toBe(3);
  });

  test('a condition sees the call, the attempt and the signal', async () => {
    const seen: ChaosCall[] = [];
    const policy = reset({ when: (call) => seen.push(call) > 9 });
    const signal = idle();
    await attempt(policy, () => 1, { signal, attempt: 7 });
    expect(seen).toEqual([{ call: 1, attempt: 7, signal }]);
  });

  test('a name is what was given, else that of the schedule, else the kind', () => {
    expect(reset().name).toBe('connection-reset');
    expect(reset({ times: 'early@2' }).name).toBe('early');
    expect(reset({ times: 'early@2', name: 'mine' }).name).toBe('mine');
    expect(
      [injectLatency(1), injectFault(() => new Error('x')), injectResult(() => 1)].map(({ name }) => name),
    ).toEqual(['latency', 'fault', 'result']);
    expect([injectHang().name, injectThrowLate(() => new Error('x')).name]).toEqual(['hang', 'throw-late']);
  });
});

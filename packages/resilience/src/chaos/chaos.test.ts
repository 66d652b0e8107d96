import { describe, expect, test } from 'vitest';
import { seededRandom } from '../clock/index.ts';
import {
  assertFired,
  chaos,
  httpFault,
  injectFault,
  injectHang,
  injectLatency,
  injectResult,
  injectThrowLate,
} from './index.ts';
import type { ChaosPolicy, FaultName } from './index.ts';
import { hits, reset } from './testing/under-chaos.ts';

describe('several in one', () => {
  test('the outer one comes first, and a call that it ends is not seen by the inner one', async () => {
    const outer = injectFault('dns-temporary', { times: '@1' });
    const inner = injectFault('connection-reset', { times: '@1' });
    const both = chaos(outer, inner);
    expect(both.name).toBe('dns-temporary > connection-reset');
    expect(await hits(both, 3)).toEqual([1, 2]);
    expect([outer.calls, inner.calls, both.injected]).toEqual([3, 2, 2]);
    assertFired(both);
  });

  test('none lets everything pass', async () => {
    expect(await hits(chaos(), 2)).toEqual([]);
    expect(chaos().injected).toBe(0);
    assertFired(chaos());
  });

  test('a policy of the user takes part without being counted', async () => {
    const mine: ChaosPolicy = {
      name: 'mine',
      inject: (fn) => fn,
    };
    const both = chaos(mine, reset({ times: 1 }));
    expect(await hits(both, 2)).toEqual([1]);
    expect(both.injected).toBe(1);
    expect(() => assertFired(both)).toThrow(expect.objectContaining({ field: 'assertFired.policy' }));
  });
});

describe('what was planned must have happened', () => {
  test('one hit is enough without a schedule, all are needed with one', async () => {
    const [any, all] = [reset({ times: 3 }), reset({ times: 'all@1x3' })];
    expect(() => assertFired(any)).toThrow(expect.objectContaining({ code: 'ERR_CHAOS_NOT_FIRED' }));
    await hits(any, 1);
    assertFired(any);
    await hits(all, 2);
    expect(() => assertFired(all)).toThrow(
      expect.objectContaining({
        message: 'Planned faults did not fire: all (3 planned, 2 fired, 2 calls).',
        faults: [{ name: 'all', calls: 2, injected: 2, planned: 3 }],
      }),
    );
    await hits(all, 1);
    assertFired(all);
  });

  test('every part that did not fire is named, however deep', async () => {
    const nested = chaos(reset({ times: 'a@9' }), chaos(reset({ times: 'b@8' }), reset({ name: 'c' })));
    await hits(nested, 1);
    expect(() => assertFired(nested)).toThrow(/a \(1 planned.*; b \(1 planned, 0 fired, 1 calls\)\.$/);
  });
});

describe('options', () => {
  test.each([
    ['chaos.rate', () => reset({ rate: 1.01 })],
    ['chaos.rate', () => reset({ rate: -0.1 })],
    ['chaos.rate', () => reset({ rate: Number.NaN })],
    ['chaos.times', () => reset({ times: 0 })],
    ['chaos.times', () => reset({ times: 1.5 })],
    ['chaos.times', () => reset({ times: '3' })],
    ['chaos.times', () => reset({ times: '@0' })],
    ['chaos.times', () => reset({ times: '@1x0' })],
    ['chaos.times', () => reset({ times: '@1x' })],
    ['chaos.times', () => reset({ times: 'a b@1' })],
    ['chaos.phase', () => reset({ phase: 'during' as 'before' })],
    ['chaos.seed', () => reset({ seed: 1, random: seededRandom(1) })],
    ['chaos.latency', () => injectLatency('soon')],
    ['chaos.lateBy', () => injectThrowLate(() => 1, { lateBy: -1 })],
    ['chaos.fault', () => injectFault('unheard-of' as FaultName)],
    ['chaos.fault', () => injectThrowLate('unheard-of' as FaultName)],
    ['chaos.result', () => injectResult('value' as unknown as () => unknown)],
    ['httpFault.status', () => httpFault(399)],
    ['httpFault.status', () => httpFault(600)],
    ['httpFault.status', () => httpFault(404.5)],
    ['httpFault.retryAfterSeconds', () => httpFault(429, { retryAfterSeconds: -1 })],
    ['httpFault.retryAfterSeconds', () => httpFault(429, { retryAfterSeconds: 0.5 })],
  ])('what cannot work is refused by naming %s', (field, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
  });

  test('chaos is refused in production, unless it is meant', () => {
    const before = process.env['NODE_ENV'];
    try {
      process.env['NODE_ENV'] = 'production';
      for (const make of [reset, injectHang, () => injectLatency(1), () => injectResult(() => 1)]) {
        expect(make).toThrow(expect.objectContaining({ code: 'ERR_CHAOS_IN_PRODUCTION' }));
      }
      expect(reset({ allowInProduction: true }).calls).toBe(0);
      process.env['NODE_ENV'] = 'staging';
      expect(reset().calls).toBe(0);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});

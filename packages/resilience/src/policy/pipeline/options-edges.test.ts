import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { constant } from '../backoff/backoff.ts';
import { breaker } from '../breaker/breaker.ts';
import { afterAttempts } from '../stop/stops.ts';
import { bulkhead } from '../limit/bulkhead.ts';
import { rateLimit } from '../limit/rate-limit.ts';
import { tokenBucket } from '../budget/token-bucket.ts';
import { hedgePlan, limitMs, stallOptions } from './options-checks.ts';
import type { PolicyOptions } from './options.ts';
import { resilient } from './resilient.ts';

/** What is just allowed and what is just not; `stages.test.ts` names what is far from it. */

function refusalOf(options: unknown): unknown {
  try {
    resilient('x', options as PolicyOptions);
    return undefined;
  } catch (error) {
    return error;
  }
}

const retry = (rule: unknown): unknown => ({ retry: { network: rule } });

describe('an option', () => {
  test.each<[string, unknown]>([
    ['retry.network.attempts', retry({ attempts: -1 })],
    ['retry.network.attempts', retry({ attempts: 0.5 })],
    ['retry.network.attempts', retry({ attempts: Number.NaN })],
    ['retry.network.attempts', retry({ attempts: Number.NEGATIVE_INFINITY })],
    ['retry.network.attempts', retry({ attempts: '3' })],
    ['retry.network.backoff', retry({ attempts: 1, backoff: null })],
    ['retry.network.backoff', retry({ attempts: 1, backoff: { delayMs: 5 } })],
    ['retry.network.before', retry({ attempts: 1, before: null })],
    ['retry.network.codes', retry({ attempts: 1, codes: null })],
    ['retry.network.codes', retry({ attempts: 1, codes: [5, 'A'] })],
    ['retry.network.respectRetryAfter', retry({ attempts: 1, respectRetryAfter: null })],
    ['retry.network', retry([])],
    ['coalesce', { coalesce: null }],
    ['coalesce', { coalesce: 1 }],
    ['dispose', { dispose: null }],
    ['stop', { stop: null }],
    ['stop', { stop: { shouldStop: true } }],
    ['budget', { budget: { take: 1 } }],
    ['breaker', { breaker: { permitted: true } }],
    ['concurrency', { concurrency: { acquire: 1 } }],
    ['rate', { rate: { reserve: 1 } }],
    ['chaos', { chaos: { inject: 1 } }],
    ['machine', { machine: { subscribe: 1 } }],
    ['clock', { clock: { monotonic: 5 } }],
    ['random', { random: { next: 0.5 } }],
    ['deadline', { deadline: -1 }],
    ['attemptTimeout', { attemptTimeout: 0 }],
    ['stall', { stall: -1 }],
    ['stall.after', { stall: {} }],
    ['stall.after', { stall: { after: -1 } }],
    ['stall.after', { stall: { after: 0, mode: 'off' } }],
    ['stall.mode', { stall: { after: 1, mode: null } }],
    ['hedge', { hedge: [] }],
    ['hedge.copies', { hedge: { after: 1, copies: Number.POSITIVE_INFINITY } }],
    ['hedge.copies', { hedge: { after: 1, copies: '1' } }],
    ['hedge.after', { hedge: {} }],
    ['options', []],
    ['options', 5],
  ])('%s is refused by name: %j', (field, options) => {
    expect(refusalOf(options)).toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  });

  test.each<[unknown]>([
    [{}],
    [retry({ attempts: 0 })],
    [retry({ attempts: Number.POSITIVE_INFINITY, respectRetryAfter: true, codes: [] })],
    [{ retry: {} }],
    [{ retry: 'default' }],
    [{ coalesce: false }],
    [{ coalesce: true, fallback: () => 1, dispose: () => {}, classify: () => {}, onEvent: () => {} }],
    [{ deadline: 0.001, attemptTimeout: 0.001, stall: 0.001 }],
    [{ stall: { after: 1 } }],
    [{ stall: { after: 1, mode: 'off' } }],
    [{ stall: { after: 1, mode: 'warn' } }],
    [{ stall: { after: 1, mode: 'enforce' } }],
    [{ hedge: { after: 0, copies: 0 } }],
    [{ hedge: { after: () => 5 } }],
    [{ deadline: undefined, retry: undefined, stall: undefined, hedge: undefined, coalesce: undefined }],
    [{ stop: afterAttempts(1), budget: tokenBucket({ capacity: 1, refillMs: 1 }) }],
    [{ breaker: breaker({ name: 'b', failures: 1, openMs: 1 }), concurrency: bulkhead({ concurrent: 1 }) }],
    [{ rate: rateLimit('1/s'), chaos: { name: 'c', inject: (fn: unknown) => fn } }],
    [{ machine: { online: true, subscribe: () => () => {} }, clock: new VirtualClock() }],
    [{ random: { next: () => 0 } }],
  ])('is accepted: %j', (options) => {
    expect(refusalOf(options)).toBeUndefined();
  });

  test.each<[unknown]>([[5], [undefined], [null], [{}]])('a name that is %j is none', (name) => {
    expect(() => resilient(name as string, {})).toThrow(expect.objectContaining({ field: 'name' }));
  });
});

test('lengths of time are read', () => {
  expect([limitMs(undefined, 'x'), limitMs('1s', 'x'), limitMs(0.5, 'x')]).toEqual([undefined, 1_000, 0.5]);
  expect([stallOptions(undefined), stallOptions('1s')]).toEqual([undefined, { ms: 1_000, mode: 'enforce' }]);
  expect(stallOptions({ after: '2s' })).toEqual({ ms: 2_000, mode: 'enforce' });
  expect(stallOptions({ after: 1, mode: 'warn' })).toEqual({ ms: 1, mode: 'warn' });
  expect(stallOptions({ after: 1, mode: 'off' })).toBeUndefined();
  expect(() => stallOptions(null as unknown as undefined)).toThrow(
    expect.objectContaining({ field: 'stall' }),
  );
});

test('when copies start is read, or asked; an answer that cannot be understood starts none', () => {
  const fixed = hedgePlan({ after: '2s' });
  expect([fixed.copies, fixed.afterMs(1), fixed.afterMs(2)]).toEqual([1, 2_000, 2_000]);
  const asked = hedgePlan({ after: (copy) => copy * 100, copies: 3 });
  expect([asked.copies, asked.afterMs(1), asked.afterMs(3)]).toEqual([3, 100, 300]);
  expect(hedgePlan({ after: () => 'soon' }).afterMs(1)).toBe(Number.POSITIVE_INFINITY);
  const broken = hedgePlan({
    after: () => {
      throw new Error('broken');
    },
  });
  expect(broken.afterMs(1)).toBe(Number.POSITIVE_INFINITY);
});

test('what is false or for none is no stage, and needs no wait for a circuit', async () => {
  const clock = new VirtualClock();
  const circuit = breaker({ name: 'b', failures: 1, openMs: '1h', clock });
  await circuit.record('failure', await circuit.permitted());
  const rule = { attempts: 0, backoff: constant('1s') };
  const policy = resilient('x', { breaker: circuit, coalesce: false, retry: { network: rule }, clock });
  expect(policy.describe().stages.map(({ stage }) => stage)).toEqual(['retry', 'breaker']);
  await expect(policy.run(() => 'never')).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
  const mixed = resilient('x', { breaker: circuit, retry: { dns: rule, network: { attempts: 1 } }, clock });
  const run = mixed.run(() => 'kept');
  await clock.advance(7_200_000);
  expect(await run).toBe('kept');
});

test('a dispose that fails, at once or later, is a warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const problem = new Error('dispose');
  const disposals: readonly NonNullable<PolicyOptions['dispose']>[] = [
    () => {
      throw problem;
    },
    () => Promise.reject(problem),
  ];
  for (const dispose of disposals) {
    const clock = new VirtualClock();
    const policy = resilient('x', { dispose, attemptTimeout: '1s', clock });
    const run = policy.run(() => clock.sleep(2_000).then(() => 'late')).catch((error: unknown) => error);
    await clock.advance(2_000);
    expect(await run).toMatchObject({ code: 'ERR_TIMEOUT_ATTEMPT' });
  }
  expect(warn.mock.calls.map(([warning]) => warning)).toEqual([problem, problem]);
  warn.mockRestore();
});

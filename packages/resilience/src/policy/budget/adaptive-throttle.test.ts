import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../classify/index.ts';
import { seededRandom, VirtualClock } from '../../clock/index.ts';
import { acceptance, adaptiveThrottle, ThrottledError } from '../index.ts';
import type { AdaptiveThrottle, AdaptiveThrottleOptions } from '../index.ts';

const NEVER = { next: () => 0.999_999 };
const ALWAYS = { next: () => 0 };

/** Time that is set without awaiting anything, since tens of thousands of calls are made. */
function byHand(): { clock: VirtualClock; at: number } {
  const set = { clock: new VirtualClock(), at: 0 };
  const read = (): number => set.at;
  Object.assign(set.clock, { now: read, monotonic: read, boot: read });
  return set;
}

function build(options: Partial<AdaptiveThrottleOptions> = {}): AdaptiveThrottle {
  return adaptiveThrottle({ name: 't', clock: new VirtualClock(), random: NEVER, ...options });
}

function feed(throttle: AdaptiveThrottle, ok: number, failed: number): void {
  for (let i = 0; i < ok + failed; i += 1) {
    throttle.admits();
    throttle.record(i < ok ? 'success' : 'failure');
  }
}

describe('an adaptive throttle', () => {
  test.each([
    [1.1, 0.3, 0.331],
    [1.5, 0.6, 0.899],
    [2, 0.1, 0.2],
    [2, 0.7, 1],
  ])('with k = %d before a server that can take %d of the load, sends %d of it', (k, capacity, expected) => {
    const time = byHand();
    const throttle = build({ k, window: '10s', clock: time.clock, random: seededRandom(7) });
    let [sent, credit] = [0, 0];
    const [warm, measured] = [8_000, 30_000];
    for (let call = 0; call < warm + measured; call += 1) {
      time.at += 2.5;
      // The server makes up for lulls, as one with a queue does: else what is sent unevenly would overload it.
      credit = Math.min(credit + capacity, 500 * capacity);
      if (!throttle.admits()) continue;
      if (call >= warm) sent += 1;
      const accepted = credit >= 1;
      if (accepted) credit -= 1;
      throttle.record(accepted ? 'success' : 'failure');
    }
    expect(Math.abs(sent / measured - expected)).toBeLessThan(0.01);
  });

  test('after 120 calls with 90 accepted and k = 1 / 0.9 it sheds 20 of 121 (failsafe-go)', () => {
    const throttle = build({ k: 1 / 0.9 });
    feed(throttle, 90, 30);
    expect(throttle.rejection()).toBeCloseTo(20 / 121, 12);
  });

  test('sheds nothing while enough is accepted, and by default sends two for each', () => {
    const throttle = build({ random: ALWAYS });
    feed(throttle, 5, 5);
    expect(throttle.rejection()).toBe(0);
    expect(throttle.admits()).toBe(true);
    throttle.record('failure');
    expect(throttle.rejection()).toBeCloseTo(1 / 12, 12);
    expect(throttle.admits()).toBe(false);
    // A call that was shed counts as asked for.
    expect(throttle.rejection()).toBeCloseTo(2 / 13, 12);
  });

  test('a draw below the share sheds, one at it does not', () => {
    const at = { value: 0.5 };
    const throttle = build({ random: { next: () => at.value } });
    feed(throttle, 0, 1);
    expect(throttle.rejection()).toBe(0.5);
    expect(throttle.admits()).toBe(true);
    at.value = 0.666;
    expect(throttle.rejection()).toBeCloseTo(2 / 3, 12);
    expect(throttle.admits()).toBe(false);
  });

  test('a call without evidence is as if it had never been asked for', () => {
    const throttle = build();
    feed(throttle, 10, 30);
    const before = throttle.rejection();
    throttle.admits();
    expect(throttle.rejection()).toBeGreaterThan(before);
    throttle.record('none');
    expect(throttle.rejection()).toBe(before);
  });

  test('a request taken back after its bucket is gone leaves a count below nothing, which sheds nothing', async () => {
    const clock = new VirtualClock();
    const throttle = build({ clock, window: '10s' });
    throttle.admits();
    throttle.admits();
    await clock.advance(20_000);
    throttle.record('none');
    throttle.record('none');
    expect(throttle.rejection()).toBe(0);
    throttle.admits();
    throttle.admits();
    throttle.admits();
    expect(throttle.rejection()).toBe(1 / 2);
  });

  test('forgets what is older than its window, two minutes by default', async () => {
    const clock = new VirtualClock();
    const throttle = build({ clock });
    feed(throttle, 0, 9);
    await clock.advance(119_999);
    expect(throttle.rejection()).toBe(0.9);
    await clock.advance(1);
    expect(throttle.rejection()).toBe(0);
  });

  test('works on the real clock and randomness by default', () => {
    const throttle = adaptiveThrottle({ name: 't' });
    feed(throttle, 0, 1);
    expect(throttle.rejection()).toBe(0.5);
    const answers = new Set(Array.from({ length: 200 }, () => throttle.admits()));
    // The first has an even chance, and 200 the chance of 1 in 200 to shed all: so it is not asked whether one passed.
    expect(answers.has(false)).toBe(true);
  });

  test('sheds at most the share that it was told', () => {
    const throttle = build({ maxRejection: 0.9 });
    feed(throttle, 0, 100);
    expect(throttle.rejection()).toBe(0.9);
    const limitless = build();
    feed(limitless, 0, 100);
    expect(limitless.rejection()).toBe(100 / 101);
    expect(build({ maxRejection: 0 }).rejection()).toBe(0);
  });

  test.each([
    [{ name: '' }, 'name must be a text'],
    [{ name: 5 }, 'name must be a text'],
    [{ k: 0.99 }, 'k must be a number of at least 1'],
    [{ k: Number.POSITIVE_INFINITY }, 'k must be a number of at least 1'],
    [{ maxRejection: 1.01 }, 'maxRejection must be a number from 0 to 1'],
    [{ maxRejection: -0.01 }, 'maxRejection must be a number from 0 to 1'],
    [{ window: 0 }, 'window must be above 0'],
    [{ window: 'x' }, 'window must be milliseconds'],
  ])('%j is refused by name', (options, message) => {
    expect(() => build(options as Partial<AdaptiveThrottleOptions>)).toThrow(`Option throttle.${message}`);
  });
});

describe('running calls through it', () => {
  const verdict = (category: string): object => ({
    verdict: { category, scope: 'call', safeToReplay: 'no', evidence: 'class' },
  });

  test('gives the result, and counts it as accepted', async () => {
    const throttle = build({ k: 1 });
    expect(throttle.name).toBe('t');
    expect(await throttle.run(() => 'value')).toBe('value');
    throttle.admits();
    expect(throttle.rejection()).toBeCloseTo(1 / 3, 12);
  });

  test.each([
    ['network', 1 / 2],
    ['permanent', 0],
    ['defect', 0],
  ])('throws what the call threw by identity, and after %s sheds %d', async (category, rejection) => {
    const throttle = build({ k: 1 });
    const error = Object.assign(new Error('no'), verdict(category));
    await expect(throttle.run(() => Promise.reject(error))).rejects.toBe(error);
    expect(throttle.rejection()).toBe(rejection);
  });

  test('sheds with an error of its own, and does not make the call', async () => {
    const throttle = build({ random: ALWAYS });
    feed(throttle, 0, 3);
    let calls = 0;
    const error: unknown = await throttle.run(() => (calls += 1)).catch((reason: unknown) => reason);
    expect(calls).toBe(0);
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error).toMatchObject({
      name: 'ThrottledError',
      code: 'ERR_THROTTLED',
      message: 'The throttle t shed this call, as it does now with 75 % of them.',
      hint: 'Send less for a while; the other side answers too few of the calls that it gets.',
      rejected: 0.75,
      verdict: {
        category: 'rate-limit',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_THROTTLED',
      },
    });
  });

  test('judges by the classifier that it was given', async () => {
    const classify = (): never => Object.assign({}, verdict('network'))['verdict' as never];
    const throttle = build({ k: 1, classify });
    await expect(throttle.run(() => Promise.reject(new Error('?')))).rejects.toThrow('?');
    expect(throttle.rejection()).toBe(1 / 2);
  });
});

test('what a failure says about acceptance, category by category', () => {
  const told = Object.fromEntries(CATEGORIES.map((category) => [category, acceptance(category)]));
  expect(told).toEqual({
    network: 'failure',
    dns: 'none',
    tls: 'none',
    timeout: 'failure',
    'rate-limit': 'failure',
    'auth-expired': 'success',
    'session-lost': 'success',
    'page-lost': 'success',
    crash: 'none',
    local: 'none',
    permanent: 'success',
    defect: 'none',
    cancelled: 'none',
    unknown: 'none',
  });
});

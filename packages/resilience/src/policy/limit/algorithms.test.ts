import { describe, expect, test } from 'vitest';
import { aimd } from './aimd.ts';
import { gradient2 } from './gradient2.ts';
import type { LimitRound } from './limit-algorithm.ts';
import { queueOf, vegas } from './vegas.ts';

const round = (part: Partial<LimitRound>): LimitRound => ({
  limit: 10,
  meanMs: 100,
  dropped: false,
  busy: true,
  ...part,
});
const thrown = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return error;
  }
};

describe('vegas', () => {
  /** Has seen 100 ms without a queue. */
  const knowing = (options?: Parameters<typeof vegas>[0]): ((part: Partial<LimitRound>) => number) => {
    const learn = vegas(options).begin();
    learn(round({ busy: false }));
    return (part) => learn(round(part));
  };

  test('the queue is L · (1 − minRTT / RTT)', () => {
    expect(queueOf(10, 100, 200)).toBe(5);
    expect(queueOf(100, 30, 40)).toBe(25);
    expect(queueOf(10, 100, 100)).toBe(0);
    expect(queueOf(10, 100, 50)).toBe(0);
    expect(queueOf(10, 0, 0)).toBe(0);
  });

  // A limit of 12: 100 ms of 125 are a queue of 2.4; of 133⅓ of 3; of 200 of 6; of 240 of 7.
  test.each([
    [100, 13],
    [125, 13],
    [400 / 3 + 0.01, 12],
    [160, 12],
    [199, 12],
    [200, 12],
    [201, 11],
    [240, 11],
  ])('a latency of %d ms where 100 are usual makes 12 to %d', (meanMs, limit) => {
    expect(knowing()({ limit: 12, meanMs })).toBe(limit);
  });

  test('alpha and beta can be set', () => {
    expect(knowing({ alpha: 1, beta: 1 })({ limit: 10, meanMs: 200 })).toBe(9);
    expect(knowing({ alpha: 6, beta: 6 })({ limit: 10, meanMs: 200 })).toBe(11);
  });

  test('drops make 100 to 75 to 56 at a smoothing of a half (Netflix concurrency-limits)', () => {
    const learn = knowing({ smoothing: 0.5 });
    const once = learn({ limit: 100, dropped: true });
    expect(once).toBe(75);
    expect(Math.floor(learn({ limit: once, dropped: true }))).toBe(56);
  });

  test('a drop takes a half without smoothing, or what it is told', () => {
    expect(knowing()({ limit: 100, dropped: true })).toBe(50);
    expect(knowing({ dropRatio: 0.9 })({ limit: 100, dropped: true })).toBe(90);
  });

  test('smoothing makes a part of each step', () => {
    expect(knowing({ smoothing: 0.25 })({ limit: 10, meanMs: 100 })).toBe(10.25);
  });

  test('a limit that is not used does not grow, and tells the latency without a queue', () => {
    const learn = knowing();
    expect(learn({ busy: false, meanMs: 200 })).toBe(10);
    // 200 ms are usual now: no queue.
    expect(learn({ meanMs: 200 })).toBe(11);
  });

  test('a shorter latency is the new usual one at once', () => {
    const learn = knowing();
    learn({ meanMs: 50 });
    expect(learn({ limit: 20, meanMs: 100 })).toBe(19);
  });

  test('the first busy round is taken for one without a queue', () => {
    expect(vegas().begin()(round({ limit: 10 }))).toBe(11);
  });

  test('after so many busy rounds it halves the limit for one, and learns the latency from that', () => {
    const learn = knowing({ probeEvery: 3 });
    expect(learn({ limit: 20, meanMs: 200 })).toBe(19);
    expect(learn({ limit: 19, meanMs: 200 })).toBe(18);
    expect(learn({ limit: 18, meanMs: 200 })).toBe(9);
    // The probe is over: 200 ms are what it takes without a queue. The limit is what it was.
    expect(learn({ limit: 9, meanMs: 200 })).toBe(18);
    expect(learn({ limit: 18, meanMs: 200 })).toBe(19);
    expect(learn({ limit: 19, meanMs: 200 })).toBe(20);
    expect(learn({ limit: 20, meanMs: 200 })).toBe(10);
  });

  test('a drop during the probe takes a half of what was before it, and teaches no latency', () => {
    const learn = knowing({ probeEvery: 1 });
    expect(learn({ limit: 20 })).toBe(10);
    expect(learn({ limit: 10, meanMs: 900, dropped: true })).toBe(10);
    expect(learn({ limit: 10 })).toBe(5);
    expect(learn({ limit: 5, meanMs: 100 })).toBe(10);
  });

  test('two limits learn apart', () => {
    const algorithm = vegas();
    const [a, b] = [algorithm.begin(), algorithm.begin()];
    a(round({ meanMs: 10 }));
    expect(a(round({ meanMs: 100 }))).toBe(9);
    expect(b(round({ meanMs: 100 }))).toBe(11);
    expect(algorithm.kind).toBe('vegas');
  });

  test.each([
    [{ alpha: 0 }, 'vegas.alpha'],
    [{ beta: Number.NaN }, 'vegas.beta'],
    [{ alpha: 7 }, 'vegas.beta'],
    [{ smoothing: 0 }, 'vegas.smoothing'],
    [{ smoothing: 1.01 }, 'vegas.smoothing'],
    [{ dropRatio: 0 }, 'vegas.dropRatio'],
    [{ dropRatio: 2 }, 'vegas.dropRatio'],
    [{ probeEvery: 0 }, 'vegas.probeEvery'],
  ])('%j names %s', (options, field) => {
    expect(thrown(() => vegas(options))).toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  });
});

describe('aimd', () => {
  const learn = aimd().begin();

  test('one more after a busy round, none after an idle one', () => {
    expect(learn(round({}))).toBe(11);
    expect(learn(round({ busy: false }))).toBe(10);
  });

  test('a drop takes a tenth, and one at least', () => {
    expect(learn(round({ limit: 100, dropped: true }))).toBe(90);
    expect(learn(round({ limit: 25, dropped: true }))).toBe(22);
    expect(learn(round({ limit: 5, dropped: true }))).toBe(4);
    expect(aimd({ backoffRatio: 0.5 }).begin()(round({ dropped: true }))).toBe(5);
    expect(aimd({ backoffRatio: 1 }).begin()(round({ dropped: true }))).toBe(9);
  });

  test('says from when a call is too slow, when it was told', () => {
    expect(aimd({ timeoutMs: '2s' }).slowMs).toBe(2_000);
    expect(aimd()).not.toHaveProperty('slowMs');
    expect(aimd().kind).toBe('aimd');
  });

  test.each([
    [{ backoffRatio: 0 }, 'aimd.backoffRatio'],
    [{ backoffRatio: 1.5 }, 'aimd.backoffRatio'],
    [{ timeoutMs: 0 }, 'aimd.timeoutMs'],
    [{ timeoutMs: 'soon' }, 'aimd.timeoutMs'],
  ])('%j names %s', (options, field) => {
    expect(thrown(() => aimd(options))).toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  });
});

describe('gradient2', () => {
  const whole = { smoothing: 1, longRounds: 1_000_000 };

  test('up to the tolerance the limit grows by the queue that is allowed', () => {
    const learn = gradient2(whole).begin();
    expect(learn(round({}))).toBe(14);
    expect(learn(round({ meanMs: 149 }))).toBe(14);
    expect(gradient2({ ...whole, queueSize: 0 }).begin()(round({}))).toBe(10);
  });

  test('beyond it the limit falls as the latency grows, by no more than a half', () => {
    const learn = gradient2({ ...whole, queueSize: 0 }).begin();
    learn(round({}));
    expect(learn(round({ meanMs: 200 }))).toBeCloseTo(7.5, 3);
    expect(learn(round({ meanMs: 2_000 }))).toBe(5);
  });

  test('the tolerance can be set', () => {
    const learn = gradient2({ ...whole, queueSize: 0, tolerance: 1 }).begin();
    learn(round({}));
    expect(learn(round({ meanMs: 125 }))).toBeCloseTo(8, 3);
  });

  test('a fifth of each step is made', () => {
    expect(gradient2().begin()(round({}))).toBeCloseTo(10.8, 10);
    expect(gradient2().begin()(round({ dropped: true }))).toBe(9);
    expect(gradient2({ smoothing: 1 }).begin()(round({ dropped: true }))).toBe(5);
  });

  test('a latency that stays becomes the usual one', () => {
    const learn = gradient2({ smoothing: 1, queueSize: 0, longRounds: 2 }).begin();
    learn(round({ meanMs: 100 }));
    // Usual: 100, then 200 on the way to 300.
    expect(learn(round({ meanMs: 300 }))).toBe(10);
    expect(gradient2({ smoothing: 1, queueSize: 0, longRounds: 100 }).begin()(round({ meanMs: 300 }))).toBe(
      10,
    );
  });

  test('an average from a time of overload falls faster than it would by itself', () => {
    const learn = gradient2({ ...whole, queueSize: 0, tolerance: 1 }).begin();
    learn(round({ meanMs: 1_000 }));
    // Usual: 950 after the first, and again a twentieth less with each.
    for (let count = 0; count < 10; count += 1) learn(round({ meanMs: 100 }));
    const usual = 1_000 * 0.95 ** 10;
    expect(learn(round({ meanMs: 1_000 }))).toBeCloseTo((10 * usual) / 1_000, 2);
  });

  test('an idle round changes nothing, and an instant one is no division by zero', () => {
    expect(gradient2().begin()(round({ busy: false }))).toBe(10);
    expect(gradient2(whole).begin()(round({ meanMs: 0 }))).toBe(14);
    expect(gradient2().kind).toBe('gradient2');
  });

  test.each([
    [{ tolerance: 0.9 }, 'gradient2.tolerance'],
    [{ tolerance: Number.NaN }, 'gradient2.tolerance'],
    [{ tolerance: Number.POSITIVE_INFINITY }, 'gradient2.tolerance'],
    [{ queueSize: -1 }, 'gradient2.queueSize'],
    [{ smoothing: 0 }, 'gradient2.smoothing'],
    [{ longRounds: 0 }, 'gradient2.longRounds'],
  ])('%j names %s', (options, field) => {
    expect(thrown(() => gradient2(options))).toMatchObject({ code: 'ERR_INVALID_OPTION', field });
  });
});

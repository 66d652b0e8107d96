import { describe, expect, test } from 'vitest';
import { aimd } from './aimd.ts';
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
    // A queue of 9.5 is 3.5 more than beta.
    [480, 10.25],
  ])('a latency of %d ms where 100 are usual makes 12 to %d', (meanMs, limit) => {
    expect(knowing()({ limit: 12, meanMs })).toBe(limit);
  });

  test('alpha and beta can be set', () => {
    expect(knowing({ alpha: 1, beta: 4 })({ limit: 10, meanMs: 200 })).toBe(9);
    expect(knowing({ alpha: 1, beta: 5 })({ limit: 10, meanMs: 200 })).toBe(10);
    expect(knowing({ alpha: 5, beta: 5 })({ limit: 10, meanMs: 200 })).toBe(10);
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
    expect(learn({ limit: 20, meanMs: 100 })).toBe(18);
  });

  test('what it knows nothing of, it halves for one round, to see the latency without a queue', () => {
    const learn = vegas().begin();
    expect(learn(round({ limit: 40, meanMs: 400 }))).toBe(20);
    expect(learn(round({ limit: 20, meanMs: 200 }))).toBe(40);
    // A queue of 20 is 14 more than beta.
    expect(learn(round({ limit: 40, meanMs: 400 }))).toBe(33);
  });

  test('after so many busy rounds it halves the limit for one, and learns the latency from that', () => {
    const learn = knowing({ probeEvery: 3 });
    expect(learn({ limit: 20, meanMs: 200 })).toBe(18);
    expect(learn({ limit: 19, meanMs: 200 })).toBe(17.25);
    expect(learn({ limit: 18, meanMs: 200 })).toBe(9);
    // The probe is over: 120 ms are what it takes without a queue. The limit is what it was.
    expect(learn({ limit: 9, meanMs: 120 })).toBe(18);
    expect(learn({ limit: 18, meanMs: 120 })).toBe(19);
    expect(learn({ limit: 19, meanMs: 120 })).toBe(20);
    expect(learn({ limit: 20, meanMs: 120 })).toBe(10);
  });

  test('an idle round begins the count of busy ones anew', () => {
    const learn = knowing({ probeEvery: 2 });
    expect(learn({ limit: 20 })).toBe(21);
    learn({ busy: false });
    expect(learn({ limit: 20 })).toBe(21);
    expect(learn({ limit: 20 })).toBe(10);
  });

  /** How many busy rounds come between a probe that showed so many ms, where 100 were usual, and the next. */
  const untilNextProbe = (probeEvery: number, probedMs: number): number => {
    const learn = knowing({ probeEvery });
    let rounds = 0;
    while (learn({ limit: 20, meanMs: 200 }) !== 10) rounds += 1;
    expect(rounds).toBe(probeEvery - 1);
    learn({ limit: 10, meanMs: probedMs });
    for (rounds = 0; learn({ limit: 20, meanMs: 200 }) !== 10;) rounds += 1;
    return rounds;
  };

  test.each([
    [8, 80, 7],
    [8, 79, 4],
    [8, 125, 7],
    [8, 126, 4],
    [50, 79, 4],
    [3, 79, 2],
    [50, 100, 49],
  ])(
    'of %d rounds, a probe of %d ms where 100 were usual lets %d pass before the next',
    (every, probed, passed) => {
      expect(untilNextProbe(every, probed)).toBe(passed);
    },
  );

  test('a drop during the probe takes a half of what was before it, and teaches no latency', () => {
    const learn = knowing({ probeEvery: 1 });
    expect(learn({ limit: 20 })).toBe(10);
    expect(learn({ limit: 10, meanMs: 900, dropped: true })).toBe(10);
    expect(learn({ limit: 10 })).toBe(5);
    expect(learn({ limit: 5, meanMs: 100 })).toBe(10);
    const later = knowing({ probeEvery: 2 });
    later({ limit: 20, meanMs: 100 });
    expect(later({ limit: 20, meanMs: 100 })).toBe(10);
    later({ limit: 10, meanMs: 900, dropped: true });
    expect(later({ limit: 12, meanMs: 240 })).toBe(11);
    const patient = knowing({ probeEvery: 10 });
    for (let count = 0; count < 10; count += 1) patient({ limit: 20 });
    patient({ limit: 10, dropped: true });
    // A probe that was spoilt is made up for soon.
    const limits = [1, 2, 3, 4, 5].map(() => patient({ limit: 20 }));
    expect(limits).toEqual([21, 21, 21, 21, 10]);
  });

  test('two limits learn apart', () => {
    const algorithm = vegas();
    const [a, b] = [algorithm.begin(), algorithm.begin()];
    a(round({ meanMs: 50, busy: false }));
    b(round({ meanMs: 100, busy: false }));
    expect(a(round({ limit: 12.5, meanMs: 100 }))).toBe(11.5);
    expect(b(round({ limit: 12.5, meanMs: 100 }))).toBe(13.5);
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

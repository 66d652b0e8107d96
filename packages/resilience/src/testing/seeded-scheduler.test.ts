import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constant, resilient } from '../index.ts';
import { RESET } from '../policy/testing/policy-setup.ts';
import { seededScheduler } from './index.ts';
import type { SeededScheduler } from './index.ts';

/** Three tasks that tell when they go on, over yield points and timers of the same time. */
async function interleaved(scheduler: SeededScheduler): Promise<string[]> {
  const told: string[] = [];
  const task = (name: string) => async (): Promise<void> => {
    told.push(`${name}1`);
    await scheduler.yieldPoint();
    told.push(`${name}2`);
    await scheduler.clock.sleep(100);
    told.push(`${name}3 at ${scheduler.clock.monotonic()}`);
  };
  await scheduler.run(task('a'), task('b'), task('c'));
  return told;
}

describe('the order', () => {
  test('is repeated by its seed, and each task keeps its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const [one, two] = [seededScheduler(seed), seededScheduler(seed)];
        const told = await interleaved(one);
        expect(await interleaved(two)).toEqual(told);
        expect(two.trace).toEqual(one.trace);
        expect(one.trace).toHaveLength(9);
        for (const name of ['a', 'b', 'c']) {
          expect(told.filter((line) => line.startsWith(name))).toEqual([
            `${name}1`,
            `${name}2`,
            `${name}3 at 100`,
          ]);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('of 200 seeds shows every beginning and every order of equal timers', async () => {
    const begins = new Set<string>();
    const ends = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const told = await interleaved(seededScheduler(seed));
      begins.add(told[0] ?? '');
      ends.add(told.slice(-3).join());
    }
    expect([begins.size, ends.size]).toEqual([3, 6]);
  });

  test('never puts a later timer before an earlier one', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const scheduler = seededScheduler(seed);
      const at: number[] = [];
      const sleeper = (ms: number) => async (): Promise<void> => {
        await scheduler.clock.sleep(ms);
        at.push(scheduler.clock.monotonic());
      };
      await scheduler.run(sleeper(30), sleeper(10), sleeper(20));
      expect(at).toEqual([10, 20, 30]);
    }
  });

  test('lets time stand still while anybody can go on', async () => {
    const scheduler = seededScheduler(4);
    const seen: number[] = [];
    await scheduler.run(
      () => scheduler.clock.sleep(1),
      async () => {
        for (let round = 0; round < 5; round += 1) {
          await scheduler.yieldPoint();
          seen.push(scheduler.clock.monotonic());
        }
      },
    );
    expect(seen).toEqual([0, 0, 0, 0, 0]);
  });

  test('is told by labels', async () => {
    const scheduler = seededScheduler(1);
    await scheduler.run(async () => {
      await scheduler.yieldPoint('before the write');
      await scheduler.clock.sleep(5);
      await scheduler.yieldPoint();
    });
    expect(scheduler.trace).toEqual(['#1 task 1', '#2 before the write', '#3 timer at 5', '#4 yield']);
    expect(scheduler.seed).toBe(1);
  });

  test('is not shifted by the draws of the code under test', async () => {
    const [quiet, drawing] = [seededScheduler(3), seededScheduler(3)];
    const draws = [drawing.random.next(), drawing.random.next()];
    expect(await interleaved(drawing)).toEqual(await interleaved(quiet));
    expect([quiet.random.next(), quiet.random.next()]).toEqual(draws);
    expect(seededScheduler(4).random.next()).not.toBe(draws[0]);
  });
});

describe('timers', () => {
  test('one that another cancels while both are due does not fire', async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const scheduler = seededScheduler(seed);
      const fired: string[] = [];
      const { clock } = scheduler;
      const second = clock.timer(10, () => fired.push('second'));
      const first = clock.timer(10, () => {
        fired.push('first');
        second.cancel();
      });
      await scheduler.run(() => clock.sleep(20));
      first.cancel();
      outcomes.add(fired.join());
      expect(clock.pending).toBe(0);
    }
    expect([...outcomes].sort()).toEqual(['first', 'second,first']);
  });

  test('one that is cancelled before it is due does not fire, and those that wait are counted', async () => {
    const scheduler = seededScheduler(1, { start: 5_000 });
    const { clock } = scheduler;
    expect(clock.now()).toBe(5_000);
    let fired = false;
    const timer = clock.timer(10, () => (fired = true));
    expect(clock.pending).toBe(1);
    const point = scheduler.yieldPoint();
    expect(clock.pending).toBe(2);
    timer.cancel();
    timer.cancel();
    expect(clock.pending).toBe(1);
    await scheduler.run(() => clock.sleep(20));
    await point;
    expect([fired, clock.now()]).toEqual([false, 5_020]);
  });

  test('clock faults work: a pause makes timers due at once, and the seed chooses among them', async () => {
    const orders = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const scheduler = seededScheduler(seed);
      const fired: number[] = [];
      scheduler.clock.timer(10, () => fired.push(10));
      scheduler.clock.timer(20, () => fired.push(20));
      await scheduler.clock.pause(1_000);
      await scheduler.run(() => scheduler.clock.sleep(1));
      orders.add(fired.join());
    }
    expect([...orders].sort()).toEqual(['10,20', '20,10']);
  });
});

describe('the end', () => {
  test('brings the results in the order of the tasks, also of none', async () => {
    const scheduler = seededScheduler(9);
    const slow = async (): Promise<string> => {
      await scheduler.clock.sleep(50);
      return 'slow';
    };
    expect(await scheduler.run<string>(slow, () => 'plain')).toEqual(['slow', 'plain']);
    expect(await seededScheduler(1).run()).toEqual([]);
  });

  test('is the first error, by identity, while the others stay where they are', async () => {
    const scheduler = seededScheduler(2);
    const problem = new Error('first');
    const failing = async (): Promise<void> => {
      await scheduler.clock.sleep(10);
      throw problem;
    };
    const later = async (): Promise<void> => {
      await scheduler.clock.sleep(20);
      throw new Error('never reached');
    };
    await expect(scheduler.run(failing, later)).rejects.toBe(problem);
    expect(scheduler.clock.monotonic()).toBe(10);
  });

  test('of two errors of the same moment is the one that came first', async () => {
    const scheduler = seededScheduler(2);
    const [one, two] = [new Error('one'), new Error('two')];
    const gate = Promise.withResolvers<void>();
    const failing = (error: Error) => async (): Promise<void> => {
      await gate.promise;
      throw error;
    };
    const opener = async (): Promise<void> => {
      await scheduler.clock.sleep(1);
      gate.resolve();
    };
    const error: unknown = await scheduler
      .run(failing(one), failing(two), opener)
      .catch((reason: unknown) => reason);
    const firstWaiter = scheduler.trace.find((label) => /task [12]/.test(label));
    expect(error).toBe(firstWaiter?.endsWith('1') === true ? one : two);
  });

  test('a deadlock is found, and says how many wait', async () => {
    const scheduler = seededScheduler(1);
    const never = (): Promise<never> => new Promise(() => {});
    const asleep = (): Promise<void> => scheduler.clock.sleep(Number.POSITIVE_INFINITY);
    await expect(scheduler.run<unknown>(never, () => 1, asleep)).rejects.toMatchObject({
      code: 'ERR_SCHEDULER_DEADLOCK',
      message: '2 of 3 tasks wait, and nothing that the scheduler sees can go on.',
      hint: expect.stringContaining('task 2'),
    });
  });

  test('a loop without end is found after so many steps', async () => {
    const scheduler = seededScheduler(1, { maxSteps: 10 });
    const poll = async (): Promise<never> => {
      for (;;) await scheduler.yieldPoint();
    };
    await expect(scheduler.run(poll)).rejects.toMatchObject({ code: 'ERR_SCHEDULER_STEPS' });
    expect(scheduler.trace).toHaveLength(10);
    const enough = seededScheduler(1, { maxSteps: 2 });
    await enough.run(() => enough.yieldPoint());
    expect(enough.trace).toHaveLength(2);
  });

  test.each([
    ['seededScheduler.seed', () => seededScheduler(0.5)],
    ['seededScheduler.maxSteps', () => seededScheduler(1, { maxSteps: 0 })],
    ['seededScheduler.maxSteps', () => seededScheduler(1, { maxSteps: 1.5 })],
  ])('what cannot work is refused by naming %s', (field, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION', field }));
  });
});

test('policies run on it: retries of two callers meet in every order', async () => {
  const orders = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const { clock, random, run } = seededScheduler(seed);
    const policy = resilient('scheduled', {
      retry: { network: { attempts: 2, backoff: constant('1s') } },
      clock,
      random,
    });
    const calls: string[] = [];
    const caller = (name: string) => (): Promise<string> =>
      policy.run(({ attempt }) => {
        calls.push(`${name}${attempt}`);
        if (attempt < 3) throw RESET();
        return name;
      });
    expect(await run(caller('a'), caller('b'))).toEqual(['a', 'b']);
    expect([calls.length, clock.monotonic(), clock.pending]).toEqual([6, 2_000, 0]);
    orders.add(calls.join());
  }
  expect(orders.size).toBe(8);
});

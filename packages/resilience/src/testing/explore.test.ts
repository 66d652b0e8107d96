import { describe, expect, test } from 'vitest';
import { explore, ExploreError, recordEvents, seededRandom, VirtualClock } from './index.ts';
import type { ExploreOptions, SeededScheduler } from './index.ts';
import * as clock from '../clock/index.ts';
import { constant, resilient } from '../index.ts';
import { RESET } from '../policy/testing/policy-setup.ts';

/** Two writers of a counter; without a lock an update gets lost in some orders. */
async function count(scheduler: SeededScheduler): Promise<void> {
  let counter = 0;
  const add = async (): Promise<void> => {
    const read = counter;
    await scheduler.yieldPoint('between read and write');
    counter = read + 1;
  };
  await scheduler.run(add, add);
  if (counter !== 2) throw new Error(`an update was lost: ${counter}`);
}

async function failure(options: ExploreOptions): Promise<ExploreError> {
  const error: unknown = await explore(options, count).catch((reason: unknown) => reason);
  if (error instanceof ExploreError) return error;
  throw new Error('expected an ExploreError', { cause: error });
}

describe('exploring', () => {
  test('finds the order in which an update is lost, and names the seed that replays it', async () => {
    const found = await failure({ seeds: 50 });
    expect(found).toMatchObject({
      code: 'ERR_EXPLORE_FAILED',
      message: `Seed ${found.seed} failed: an update was lost: 1`,
      hint: `Replay this order alone with explore({ seeds: 1, from: ${found.seed} }, …).`,
      cause: { message: 'an update was lost: 1' },
    });
    const again = await failure({ seeds: 1, from: found.seed });
    expect([again.seed, again.trace]).toEqual([found.seed, found.trace]);
    expect(found.trace).toHaveLength(4);
  });

  test('stops at the first seed that fails, and passes over those that do not', async () => {
    const { seed } = await failure({ seeds: 50, from: 1 });
    const tried: number[] = [];
    await explore({ seeds: 20, from: 5 }, async (scheduler) => {
      tried.push(scheduler.seed);
      await scheduler.run(
        () => scheduler.yieldPoint(),
        () => scheduler.yieldPoint(),
      );
    });
    expect(tried).toEqual(Array.from({ length: 20 }, (_, index) => index + 5));
    const met: number[] = [];
    await explore({ seeds: 50 }, async (scheduler) => {
      met.push(scheduler.seed);
      await count(scheduler);
    }).catch(() => {});
    expect(met.at(-1)).toBe(seed);
  });

  test('tells how many orders there were', async () => {
    const locked = async (scheduler: SeededScheduler): Promise<void> => {
      await scheduler.run(
        () => 1,
        () => 2,
      );
    };
    expect(await explore({ seeds: 30 }, locked)).toEqual({ runs: 30, orders: 2 });
    expect(await explore({}, locked)).toEqual({ runs: 100, orders: 2 });
  });

  test('one order for all seeds is an error: nothing was explored', async () => {
    const alone = async (scheduler: SeededScheduler): Promise<void> => void (await scheduler.run(() => 1));
    await expect(explore({ seeds: 2 }, alone)).rejects.toMatchObject({ code: 'ERR_EXPLORE_NOTHING' });
    await expect(explore({ seeds: 2 }, () => {})).rejects.toMatchObject({ code: 'ERR_EXPLORE_NOTHING' });
    expect(await explore({ seeds: 1 }, alone)).toEqual({ runs: 1, orders: 1 });
  });

  test('what is thrown may be no error, and the options of the scheduler are passed on', async () => {
    const endless = explore({ seeds: 1, maxSteps: 1, start: 7 }, async (scheduler) => {
      expect(scheduler.clock.now()).toBe(7);
      await scheduler.run(() => scheduler.yieldPoint());
    });
    await expect(endless).rejects.toMatchObject({ cause: { code: 'ERR_SCHEDULER_STEPS' } });
    const text = explore({ seeds: 1 }, () => {
      const thrown: unknown = 'text';
      throw thrown;
    });
    await expect(text).rejects.toMatchObject({ message: 'Seed 1 failed: text' });
  });

  test.each([0, 1.5])('%d seeds are refused', async (seeds) => {
    await expect(explore({ seeds }, () => {})).rejects.toMatchObject({ field: 'explore.seeds' });
  });

  test.each([Number.NaN, 0.5, Number.MAX_SAFE_INTEGER - 1])(
    'a first seed of %d is refused, since not every seed would be tried',
    async (from) => {
      await expect(explore({ seeds: 2, from }, count)).rejects.toMatchObject({ field: 'explore.from' });
    },
  );
});

test('events are recorded in order, by type', async () => {
  const record = recordEvents();
  const time = new VirtualClock();
  const policy = resilient('recorded', {
    retry: { network: { attempts: 1, backoff: constant(10) } },
    clock: time,
    random: seededRandom(1),
    onEvent: record.onEvent,
  });
  const run = policy.run(({ attempt }) => {
    if (attempt === 1) throw RESET();
    return attempt;
  });
  await time.advance(10);
  expect(await run).toBe(2);
  expect(record.types.filter((type) => type === 'failure' || type === 'success')).toEqual([
    'failure',
    'success',
  ]);
  expect(record.of('failure').map(({ verdict }) => verdict.category)).toEqual(['network']);
  expect(record.events).toHaveLength(record.types.length);
  expect(record.of('give-up')).toEqual([]);
});

test('clock and chance are those of the clock entry point', () => {
  expect(VirtualClock).toBe(clock.VirtualClock);
  expect(seededRandom).toBe(clock.seededRandom);
});

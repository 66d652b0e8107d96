import { InvalidOptionError, ResilienceError } from '../errors.ts';
import { seededScheduler } from './seeded-scheduler.ts';
import type { SchedulerOptions, SeededScheduler } from './seeded-scheduler.ts';

/** Which seeds are tried. */
export interface ExploreOptions extends SchedulerOptions {
  /** How many seeds; default 100. */
  readonly seeds?: number;
  /** The first one; default 1. */
  readonly from?: number;
}

/** What was explored. */
export interface Exploration {
  readonly runs: number;
  /** Different orders among them. */
  readonly orders: number;
}

/** One order of events in which the body failed; `cause` is what it threw. */
export class ExploreError extends ResilienceError {
  readonly seed: number;
  /** What went on before, in order. */
  readonly trace: readonly string[];

  constructor(seed: number, trace: readonly string[], cause: unknown) {
    super(`Seed ${seed} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'ERR_EXPLORE_FAILED',
      hint: `Replay this order alone with explore({ seeds: 1, from: ${seed} }, …).`,
      cause,
    });
    this.seed = seed;
    this.trace = trace;
  }
}

/**
 * Runs the body once a seed, each with a scheduler of its own, and stops at the first that fails. Usable in any test
 * runner: `await explore({ seeds: 200 }, async (scheduler) => { await scheduler.run(one, other); assert(…); })`.
 * @throws ExploreError (`ERR_EXPLORE_FAILED`), which names the seed and how to replay it.
 * @throws ResilienceError `ERR_EXPLORE_NOTHING` when several seeds all gave the same order: then nothing was explored.
 */
export async function explore(
  options: ExploreOptions,
  body: (scheduler: SeededScheduler) => Promise<void> | void,
): Promise<Exploration> {
  const { seeds = 100, from = 1, ...rest } = options;
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    throw new InvalidOptionError('explore.seeds', 'must be a whole number above 0');
  }
  // Else no seed, or one of them again and again, would pass for all that were asked for.
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(from + seeds)) {
    throw new InvalidOptionError('explore.from', 'must be a whole number');
  }
  const orders = new Set<string>();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const scheduler = seededScheduler(seed, rest);
    try {
      await body(scheduler);
    } catch (error) {
      throw new ExploreError(seed, [...scheduler.trace], error);
    }
    orders.add(scheduler.trace.join());
  }
  if (seeds > 1 && orders.size === 1) throw nothingExplored(seeds);
  return { runs: seeds, orders: orders.size };
}

function nothingExplored(seeds: number): ResilienceError {
  return new ResilienceError(`All of ${seeds} seeds gave the same order.`, {
    code: 'ERR_EXPLORE_NOTHING',
    hint: 'Give the code under test scheduler.clock, run several tasks by scheduler.run, or await scheduler.yieldPoint().',
  });
}

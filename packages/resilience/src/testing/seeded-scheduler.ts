import { seededRandom } from '../clock/random.ts';
import type { Random } from '../clock/random.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import { InvalidOptionError, ResilienceError } from '../errors.ts';
import { ScheduledClock } from './scheduled-clock.ts';

/** What makes a scheduler. */
export interface SchedulerOptions {
  /** Wall time at the start, in ms since the epoch. */
  readonly start?: number;
  /** So many steps at most, so that a loop without end is found; default 100,000. */
  readonly maxSteps?: number;
}

/** Runs tasks in an order that its seed decides. */
export interface SeededScheduler {
  readonly seed: number;
  /** For the code under test; its timers go on in the seed's order when they are due at the same time. */
  readonly clock: VirtualClock;
  /** For the code under test; its draws do not bear on the order. */
  readonly random: Random;
  /** What went on, in order: the same seed and the same code give the same trace. */
  readonly trace: readonly string[];
  /** A place where others may go first. Resolves when this one is chosen. */
  readonly yieldPoint: (label?: string) => Promise<void>;
  /**
   * Runs the tasks to their end; resolves with their results, in the order of the tasks. The seed decides who begins,
   * which yield point or due timer goes on next, one at a time; time moves when none can. Of one scheduler, one run
   * at a time.
   * @throws what the first task that failed threw; the others stay where they are.
   * @throws ResilienceError `ERR_SCHEDULER_DEADLOCK` when tasks wait and nothing can go on;
   * `ERR_SCHEDULER_STEPS` when there is no end.
   */
  readonly run: <T>(...tasks: readonly (() => Promise<T> | T)[]) => Promise<T[]>;
}

const MAX_STEPS = 100_000;
/** Any other stream than that of the order. */
const DRAWS = 0x9e37_79b9;

/**
 * A scheduler for tests of what runs at the same time, with any test runner. It sees what waits on its clock, on
 * `yieldPoint` and on promises; sockets, files and real timers it does not see, and takes for a deadlock.
 * @throws InvalidOptionError
 */
export function seededScheduler(seed: number, options: SchedulerOptions = {}): SeededScheduler {
  const { maxSteps = MAX_STEPS, ...clockOptions } = options;
  if (!Number.isSafeInteger(seed))
    throw new InvalidOptionError('seededScheduler.seed', 'must be a whole number');
  if (!Number.isSafeInteger(maxSteps) || maxSteps < 1) {
    throw new InvalidOptionError('seededScheduler.maxSteps', 'must be a whole number above 0');
  }
  const clock = new ScheduledClock(clockOptions);
  const order = seededRandom(seed);
  const trace: string[] = [];
  const yieldPoint = (label: string = 'yield'): Promise<void> =>
    new Promise((resolve) => {
      clock.add(label, resolve);
    });
  const step = (): void => {
    if (trace.length >= maxSteps) throw endless(maxSteps);
    const chosen = clock.take(Math.floor(order.next() * clock.ready.length));
    if (chosen === undefined) return;
    trace.push(chosen.label);
    chosen.goOn();
  };
  return {
    seed,
    clock,
    random: seededRandom(seed ^ DRAWS),
    trace,
    yieldPoint,
    async run(...tasks) {
      const watched = watchAll(tasks.map((task, index) => yieldPoint(`task ${index + 1}`).then(task)));
      for (;;) {
        await clock.advance(0);
        if (watched.failure !== undefined) throw watched.failure.error;
        if (watched.open === 0) return watched.values;
        if (clock.ready.length > 0) step();
        else if (!(await clock.runNext())) throw deadlock(watched.open, tasks.length, trace);
      }
    },
  };
}

interface Watched<T> {
  readonly values: T[];
  open: number;
  failure: { readonly error: unknown } | undefined;
}

function watchAll<T>(tasks: readonly Promise<T>[]): Watched<T> {
  const watched: Watched<T> = { values: [], open: tasks.length, failure: undefined };
  for (const [index, task] of tasks.entries()) {
    task.then(
      (value) => {
        watched.values[index] = value;
        watched.open -= 1;
      },
      (error: unknown) => {
        watched.failure ??= { error };
      },
    );
  }
  return watched;
}

function deadlock(open: number, all: number, trace: readonly string[]): ResilienceError {
  return new ResilienceError(`${open} of ${all} tasks wait, and nothing that the scheduler sees can go on.`, {
    code: 'ERR_SCHEDULER_DEADLOCK',
    hint: `Last steps: ${trace.slice(-10).join(', ')}. Is there real input or output, or a timer of another clock?`,
  });
}

function endless(maxSteps: number): ResilienceError {
  return new ResilienceError(`No end after ${maxSteps} steps.`, {
    code: 'ERR_SCHEDULER_STEPS',
    hint: 'Something goes on for ever, such as a poll without a limit; or raise maxSteps.',
  });
}

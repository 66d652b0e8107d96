import { breaker, bulkhead, constant, rateLimit, resilient } from '@holdfast/resilience';
import type { PolicyEvent } from '@holdfast/resilience';
import { VirtualClock } from '@holdfast/resilience/clock';
import {
  bulkhead as cockatielBulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  usePolicy,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import PQueue from 'p-queue';
import { ended, sleep } from '../row.ts';
import type { Row, Seen } from '../row.ts';

async function callerAbort(
  run: (signal: AbortSignal, onTimeout: () => void) => Promise<unknown>,
): Promise<Seen> {
  let timeouts = 0;
  const controller = new AbortController();
  const running = ended(run(controller.signal, () => (timeouts += 1)));
  await sleep(20);
  controller.abort(new Error('the caller went away'));
  await running;
  return { passes: timeouts === 0, seen: `${timeouts} timeouts told after an abort` };
}

/** Lasts until its signal aborts. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

async function oursTells(): Promise<Seen> {
  const events: PolicyEvent[] = [];
  const policy = resilient('defects', {
    concurrency: bulkhead({ concurrent: 1 }),
    onEvent: (event) => events.push(event),
  });
  await policy.run(async () => 1);
  const told = events.filter(({ type }) => type === 'success').length;
  return { passes: told === 1, seen: `${told} told of 1 success` };
}

async function cockatielTells(): Promise<Seen> {
  let told = 0;
  const policy = cockatielBulkhead(1);
  policy.onSuccess(() => (told += 1));
  await policy.execute(async () => 1);
  return { passes: told === 1, seen: `${told} told of 1 success` };
}

/** A TC39 decorator is a function of the method and its context. */
type Decorator = (method: unknown, context: unknown) => unknown;

async function decorated(decorator: Decorator): Promise<Seen> {
  const context = {
    kind: 'method',
    name: 'fetchPage',
    static: false,
    private: false,
    access: { has: () => true, get: () => undefined },
    addInitializer: () => {},
    metadata: {},
  };
  const method = async function (this: { readonly base: number }, page: number): Promise<number> {
    return this.base + page;
  };
  try {
    const wrapped = decorator(method, context) as typeof method;
    const value = await wrapped.call({ base: 40 }, 2);
    return { passes: value === 42, seen: `gave ${value} of 42` };
  } catch (error) {
    return { passes: false, seen: error instanceof Error ? error.message : String(error) };
  }
}

/** One call hangs until its limit of 200 ms; another begins 100 ms later and needs 150. */
async function innocent(
  call: (fn: (signal: AbortSignal) => Promise<string>) => Promise<unknown>,
): Promise<Seen> {
  const obedient = (ms: number) => (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => resolve('well'), ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    });
  const hung = ended(call(obedient(10_000)));
  await sleep(100);
  const { value, ms } = await ended(call(obedient(150)));
  await hung;
  return {
    passes: value === 'well',
    seen:
      value === 'well' ? 'the innocent call succeeded' : `the innocent call died after ${ms.toFixed(0)} ms`,
  };
}

/** Ten calls through two places, each given up after 20 ms and at work for 400. */
async function places(call: (fn: () => Promise<void>) => Promise<unknown>): Promise<Seen> {
  let [running, most] = [0, 0];
  const fn = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await sleep(400);
    running -= 1;
  };
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < 10; n += 1) {
    calls.push(ended(call(fn)));
    await sleep(25);
  }
  await Promise.all(calls);
  return { passes: most <= 2, seen: `${most} at work at once, with 2 allowed` };
}

/** 10 calls a second, asked for in two bursts on both sides of the edge of a second. */
async function smooth(starts: readonly number[]): Promise<Seen> {
  const most = Math.max(
    ...starts.map((from) => starts.filter((at) => at >= from && at < from + 1_000).length),
  );
  return { passes: most <= 11, seen: `${most} starts within one second, with 10 allowed` };
}

async function oursSmooth(): Promise<Seen> {
  const clock = new VirtualClock();
  const rate = rateLimit({ limit: 10, per: '1s', clock });
  const policy = resilient('defects', { clock, rate });
  const starts: number[] = [];
  const burst = (): void => {
    for (let n = 0; n < 10; n += 1) void policy.run(async () => starts.push(clock.monotonic()));
  };
  await clock.advance(900);
  burst();
  await clock.advance(200);
  burst();
  await clock.advance(5_000);
  return await smooth(starts);
}

async function queueSmooth(): Promise<Seen> {
  const queue = new PQueue({ intervalCap: 10, interval: 1_000 });
  const starts: number[] = [];
  const burst = (): void => {
    for (let n = 0; n < 10; n += 1) void queue.add(async () => starts.push(performance.now()));
  };
  // The first task sets the edges of its windows.
  await queue.add(async () => {});
  await sleep(900);
  burst();
  await sleep(200);
  burst();
  await queue.onIdle();
  return await smooth(starts);
}

/** Limits of time, of calls at once and of calls in time; events; the decorator. */
export const limitRows: readonly Row[] = [
  {
    id: 'D3',
    title: 'an abort by the caller is not a timeout',
    checks: {
      holdfast: () =>
        callerAbort((signal, onTimeout) =>
          resilient('defects', {
            attemptTimeout: '1m',
            onEvent: ({ type }) => (type === 'timeout' ? onTimeout() : undefined),
          }).run(untilAborted, { signal }),
        ),
      cockatiel: () =>
        callerAbort((signal, onTimeout) => {
          const policy = timeout(60_000, TimeoutStrategy.Aggressive);
          policy.onTimeout(onTimeout);
          return policy.execute(untilAborted, signal);
        }),
    },
  },
  {
    id: 'D4',
    title: 'every policy tells of its successes',
    checks: { holdfast: oursTells, cockatiel: cockatielTells },
  },
  {
    id: 'D7',
    title: 'the decorator works with TC39 decorators',
    checks: {
      holdfast: () =>
        decorated(
          resilient('defects', { retry: { network: { attempts: 1, backoff: constant(1) } } })
            .method as Decorator,
        ),
      cockatiel: () =>
        decorated(
          usePolicy(
            circuitBreaker(handleAll, { halfOpenAfter: 1, breaker: new ConsecutiveBreaker(5) }),
          ) as Decorator,
        ),
    },
  },
  {
    id: 'D8',
    title: 'the timeout of one call leaves other calls alone',
    checks: {
      holdfast: () => {
        const policy = resilient('defects', {
          attemptTimeout: 200,
          breaker: breaker({ name: 'defects', failures: 50, openMs: '1s' }),
        });
        return innocent((fn) => policy.run(({ signal }) => fn(signal)));
      },
      cockatiel: () => {
        const policy = timeout(200, TimeoutStrategy.Aggressive);
        return innocent((fn) => policy.execute(({ signal }) => fn(signal)));
      },
      opossum: () => {
        const circuit = new CircuitBreaker(
          (fn: (signal: AbortSignal) => Promise<string>) =>
            fn(circuit.getSignal() ?? new AbortController().signal),
          { timeout: 200, abortController: new AbortController(), volumeThreshold: 50 },
        );
        return innocent((fn) => circuit.fire(fn));
      },
    },
  },
  {
    id: 'D9',
    title: 'a limit of calls at once holds after timeouts',
    checks: {
      holdfast: () => {
        const policy = resilient('defects', {
          attemptTimeout: 20,
          concurrency: bulkhead({ concurrent: 2, queue: 100 }),
        });
        return places((fn) => policy.run(fn));
      },
      cockatiel: () => {
        const policy = wrap(cockatielBulkhead(2, 100), timeout(20, TimeoutStrategy.Aggressive));
        return places((fn) => policy.execute(fn));
      },
      opossum: () => {
        const circuit = new CircuitBreaker((fn: () => Promise<void>) => fn(), {
          timeout: 20,
          capacity: 2,
          volumeThreshold: 1_000,
        });
        return places((fn) => circuit.fire(fn));
      },
    },
  },
  {
    id: 'D17',
    title: 'a rate limit is smooth, without edges of windows',
    checks: { holdfast: oursSmooth, 'p-queue': queueSmooth },
  },
];

import { constant, failureOf, fullJitter, resilient } from '@holdfast/resilience';
import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import {
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import * as Effect from 'effect/Effect';
import * as Schedule from 'effect/Schedule';
import pRetry from 'p-retry';
import { breaker } from '@holdfast/resilience';
import { ended, failing, sleep } from '../row.ts';
import type { Row, Seen } from '../row.ts';

const DAY = 86_400_000;
const stubborn = (delay: number): ReturnType<typeof resilient> =>
  resilient('defects', { retry: { network: { attempts: 10, backoff: constant(delay) } } });

async function abortInBackoff(
  start: (fn: () => Promise<never>, signal: AbortSignal) => Promise<unknown>,
): Promise<Seen> {
  const [fn, controller, reason] = [failing(), new AbortController(), new Error('the caller went away')];
  const run = ended(start(fn, controller.signal));
  await sleep(50);
  controller.abort(reason);
  const { ms, error } = await run;
  const passes = ms < 150 && error === reason && fn.calls === 1;
  const with_ = error === reason ? 'with its reason' : 'with another error';
  return { passes, seen: `settled ${(ms - 50).toFixed(0)} ms after the abort ${with_}, ${fn.calls} calls` };
}

async function longWait(
  start: (fn: () => Promise<never>, signal: AbortSignal) => Promise<unknown>,
): Promise<Seen> {
  const [fn, controller] = [failing(), new AbortController()];
  const run = ended(start(fn, controller.signal));
  await sleep(100);
  const { calls } = fn;
  controller.abort(new Error('enough'));
  await Promise.race([run, sleep(200)]);
  return { passes: calls === 1, seen: `${calls} calls within 100 ms of a wait of 35 days` };
}

/** Fails twice, by which the circuit opens; 100 ms later all is well. */
async function circuit(start: (fn: () => Promise<string>) => Promise<unknown>): Promise<Seen> {
  let calls = 0;
  const begun = performance.now();
  const fn = async (): Promise<string> => {
    calls += 1;
    if (performance.now() - begun < 100) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    return 'well';
  };
  const { ms, value } = await ended(start(fn));
  const how = value === 'well' ? 'succeeded' : 'gave up';
  return { passes: value === 'well', seen: `${how} after ${ms.toFixed(0)} ms and ${calls} calls` };
}

async function hung(start: (fn: () => Promise<never>) => Promise<unknown>): Promise<Seen> {
  const run = ended(start(() => new Promise<never>(() => {})));
  const found = await Promise.race([run, sleep(1_500).then(() => null)]);
  if (found === null) return { passes: false, seen: 'still hung after 1,500 ms, with a limit of 300' };
  return { passes: true, seen: `ended after ${found.ms.toFixed(0)} ms, with a limit of 300` };
}

async function hopelessWait(start: (fn: () => Promise<never>) => Promise<unknown>): Promise<Seen> {
  const { ms, error } = await ended(start(failing()));
  const known = failureOf(error)?.retryAfterMs;
  const after =
    known === undefined ? 'without saying when to come back' : `and said to come back in ${known} ms`;
  return {
    passes: ms < 200 && known !== undefined,
    seen: `failed after ${ms.toFixed(0)} ms of a deadline of 500, ${after}`,
  };
}

async function jitter(): Promise<Seen> {
  const random = seededRandom(1);
  const delays = Array.from({ length: 10_000 }, () => fullJitter('1s', '5m').delayMs(1, random));
  const [least, most] = [Math.min(...delays), Math.max(...delays)];
  const clock = new VirtualClock();
  const asked = { category: 'rate-limit', scope: 'call', safeToReplay: 'yes', evidence: 'status' } as const;
  const verdict = { ...asked, retryAfterMs: 48 * 3_600_000 };
  const policy = resilient('defects', {
    clock,
    retry: { 'rate-limit': { attempts: 3, backoff: fullJitter('1s', '5m') } },
  });
  const { error } = await ended(
    policy.run(() => Promise.reject(Object.assign(new Error('429'), { verdict }))),
  );
  const reason = failureOf(error)?.stopReason;
  return {
    passes: least < 50 && most > 950 && reason === 'retry-after-too-long',
    seen: `first delays ${least.toFixed(0)}–${most.toFixed(0)} ms of 1,000; 48 h asked: ${reason}`,
  };
}

/** Retries: their waits, their ends, what interrupts them. */
export const retryRows: readonly Row[] = [
  {
    id: 'D1',
    title: 'an abort in a wait settles at once, with the reason of the caller',
    checks: {
      holdfast: () => abortInBackoff((fn, signal) => stubborn(1_500).run(fn, { signal })),
      cockatiel: () =>
        abortInBackoff((fn, signal) =>
          retry(handleAll, { maxAttempts: 10, backoff: new ConstantBackoff(1_500) }).execute(fn, signal),
        ),
      'p-retry': () =>
        abortInBackoff((fn, signal) =>
          pRetry(fn, { retries: 10, minTimeout: 1_500, maxTimeout: 1_500, signal }),
        ),
      effect: () =>
        abortInBackoff((fn, signal) =>
          Effect.runPromise(Effect.retry(Effect.tryPromise(fn), Schedule.spaced(1_500)), { signal }),
        ),
    },
  },
  {
    id: 'D5',
    title: 'a retry waits for an open circuit instead of spending attempts on it',
    checks: {
      holdfast: () =>
        circuit((fn) =>
          resilient('defects', {
            retry: { network: { attempts: 5, backoff: constant(10) } },
            breaker: breaker({ name: 'defects', failures: 2, openMs: 200 }),
          }).run(fn),
        ),
      cockatiel: () =>
        circuit((fn) =>
          wrap(
            retry(handleAll, { maxAttempts: 5, backoff: new ConstantBackoff(10) }),
            circuitBreaker(handleAll, { halfOpenAfter: 200, breaker: new ConsecutiveBreaker(2) }),
          ).execute(fn),
        ),
    },
  },
  {
    id: 'D6',
    title: 'a wait beyond 2^31 ms is waited',
    checks: {
      holdfast: () => longWait((fn, signal) => stubborn(35 * DAY).run(fn, { signal })),
      cockatiel: () =>
        longWait((fn, signal) =>
          retry(handleAll, { maxAttempts: 10, backoff: new ConstantBackoff(35 * DAY) }).execute(fn, signal),
        ),
      'p-retry': () =>
        longWait((fn, signal) =>
          pRetry(fn, { retries: 10, minTimeout: 35 * DAY, maxTimeout: 35 * DAY, signal }),
        ),
      effect: () =>
        longWait((fn, signal) =>
          Effect.runPromise(Effect.retry(Effect.tryPromise(fn), Schedule.spaced(35 * DAY)), { signal }),
        ),
    },
  },
  {
    id: 'D11',
    title: 'the overall limit interrupts an attempt that hangs',
    checks: {
      holdfast: () => hung((fn) => resilient('defects', { deadline: 300 }).run(fn)),
      'p-retry': () => hung((fn) => pRetry(fn, { retries: 3, maxRetryTime: 300 })),
      cockatiel: () =>
        hung((fn) => wrap(timeout(300, TimeoutStrategy.Aggressive), retry(handleAll, {})).execute(fn)),
      effect: () => hung((fn) => Effect.runPromise(Effect.timeout(Effect.promise(fn), 300))),
    },
  },
  {
    id: 'D15',
    title: 'full jitter, and a Retry-After beyond the limit gives up instead of being cut',
    checks: { holdfast: jitter },
  },
  {
    id: 'D16',
    title: 'a wait that cannot end before the deadline fails at once',
    checks: {
      holdfast: () =>
        hopelessWait((fn) =>
          resilient('defects', {
            deadline: 500,
            retry: { network: { attempts: 3, backoff: constant('10s') } },
          }).run(fn),
        ),
      cockatiel: () =>
        hopelessWait((fn) =>
          wrap(
            timeout(500, TimeoutStrategy.Aggressive),
            retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(10_000) }),
          ).execute(fn),
        ),
      effect: () =>
        hopelessWait((fn) =>
          Effect.runPromise(
            Effect.timeout(Effect.retry(Effect.tryPromise(fn), Schedule.spaced(10_000)), 500),
          ),
        ),
    },
  },
];

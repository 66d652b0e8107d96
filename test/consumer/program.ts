/**
 * A program of somebody who installed the library: its parts together, on a virtual clock. Compiled and run against the
 * packed package, on every Node that it promises. Prints what the test compares.
 */
import {
  adaptive,
  afterAttempts,
  anyOf,
  breaker,
  bulkhead,
  classify,
  failureOf,
  fullJitter,
  rateLimit,
  resilient,
  subscribe,
  supervise,
  timeWindow,
  tokenBucket,
  vegas,
} from '@holdfast/resilience';
import type { Policy, PolicyOptions, ResilienceEvent, Verdict } from '@holdfast/resilience';
import { injectFault } from '@holdfast/resilience/chaos';
import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { collectMetrics } from '@holdfast/resilience/metrics';
import { operation } from '@holdfast/resilience/operation';
import { sqliteLedger } from '@holdfast/resilience/operation/sqlite';
import { superviseSession } from '@holdfast/resilience/session';
import { fileState, memoryState } from '@holdfast/resilience/state';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { seededScheduler } from '@holdfast/resilience/testing';

const say = (...words: readonly unknown[]): void =>
  void process.stdout.write(`${words.map(String).join(' ')}\n`);

const clock = new VirtualClock();
const random = seededRandom(7);
const events: ResilienceEvent[] = [];
const stop = subscribe((event) => events.push(event));
const metrics = collectMetrics();

const options: PolicyOptions = {
  deadline: '1h',
  stop: anyOf(afterAttempts(20)),
  retry: { network: { attempts: 5, backoff: fullJitter('1s', '1m') } },
  budget: tokenBucket({ capacity: 20, refillMs: '10s', clock }),
  breaker: breaker({
    name: 'consumer',
    window: timeWindow({ length: '1m', failureRate: 0.9, minimum: 50 }),
    openMs: '10s',
    state: memoryState(),
    clock,
  }),
  concurrency: bulkhead({ concurrent: 2 }),
  rate: rateLimit({ limit: 10, per: '1s', clock }),
  attemptTimeout: '30s',
  clock,
  random,
};
const policy: Policy = resilient('consumer', options);

let calls = 0;
const fetchPage = policy.wrap(async ({ signal, attempt }, page: number): Promise<string> => {
  calls += 1;
  signal.throwIfAborted();
  if (attempt < 3) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  return `page ${page} at attempt ${attempt}`;
});

const running = fetchPage(5);
await clock.advance(3_600_000);
say(await running, calls);

const verdict: Verdict = classify(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }));
say(verdict.category, failureOf(new Error('other')));

const refusing = resilient('refusing', { ...options, fallback: () => 'nothing' });
const given: Promise<number | string> = refusing.run(async () => {
  if (calls > 0) throw new TypeError('a defect');
  return 1;
});
await clock.advance(1_000);
say(await given);

const faulty = resilient('faulty', {
  chaos: injectFault(() => new Error('planned'), { rate: 1, random }),
  clock,
});
say(await faulty.run(async () => 1).catch((error: unknown) => String(error)));

const tree = supervise({
  name: 'tree',
  strategy: 'one-for-one',
  intensity: { restarts: 1, withinMs: '5s' },
  children: [{ id: 'a', kind: 'temporary', start: async () => {} }],
  clock,
});
await tree.start();
await tree.stop();

say(adaptive({ initial: 4, min: 1, max: 9, algorithm: vegas() }).snapshot().limit);
say(
  [fileState, operation, seededScheduler, sqliteLedger, sqliteState, superviseSession]
    .map((each) => typeof each)
    .join(),
);
say([...new Set(events.map(({ layer }) => layer))].join(), events.length > 5);
say(/consumer/.test(metrics.text()));
metrics.stop();
stop();

import type { Verdict } from '../../classify/verdict.ts';
import type { Loss } from '../../session/loss.ts';
import { intensityError } from '../../tree/supervisor-error.ts';
import type { ResilienceEvent } from '../resilience-event.ts';

type OfLayer<L extends ResilienceEvent['layer']> = Extract<ResilienceEvent, { readonly layer: L }>['event'];

/** One event of each type, with every field that it may have: a new type or field does not compile without a sample. */
type Samples<E extends { readonly type: string }> = {
  readonly [T in E['type']]: Required<Extract<E, { readonly type: T }>>;
};

const verdict: Verdict = {
  category: 'network',
  scope: 'call',
  safeToReplay: 'yes',
  evidence: 'code',
  code: 'ECONNRESET',
};
const error = Object.assign(new Error('reset by peer'), { code: 'ECONNRESET' });
const loss: Loss = {
  generation: 1,
  cause: 'process-exit',
  exitCode: 1,
  exitSignal: 'SIGKILL',
  detail: 'password=hunter2',
  error,
  at: 5,
  ageMs: 4,
  uses: 3,
  rssBytes: 2,
};
const ofRun = { policy: 'p', run: 7, attempt: 2 };
const policy: Samples<OfLayer<'policy'>> = {
  attempt: { type: 'attempt', ...ofRun },
  success: { type: 'success', ...ofRun, durationMs: 1_500 },
  failure: {
    type: 'failure',
    ...ofRun,
    category: 'network',
    durationMs: 250,
    verdict,
    error,
    excused: 'asleep',
  },
  timeout: { type: 'timeout', ...ofRun, code: 'ERR_TIMEOUT_ATTEMPT' },
  stall: { type: 'stall', ...ofRun, mode: 'warn', afterMs: 60_000 },
  wait: { type: 'wait', ...ofRun, kind: 'backoff', delayMs: 2_000, category: 'network', verdict },
  retry: { type: 'retry', ...ofRun, category: 'network', delayMs: 2_000, verdict },
  'give-up': { type: 'give-up', ...ofRun, stopReason: 'deadline', error, retryAfterMs: 9_000 },
  fallback: { type: 'fallback', ...ofRun, error },
  hedge: { type: 'hedge', ...ofRun, copy: 1 },
  coalesced: { type: 'coalesced', policy: 'p', key: 'k' },
  late: { type: 'late', ...ofRun, outcome: 'rejected', error },
  discarded: { type: 'discarded', ...ofRun },
  breaker: { type: 'breaker', breaker: 'b', from: 'closed', to: 'open' },
  limit: { type: 'limit', limit: 'l', from: 20, to: 10 },
};
const ofChild = { supervisor: 's', child: 'c', run: 3 };
const tree: Samples<OfLayer<'tree'>> = {
  started: { type: 'started', ...ofChild },
  exited: { type: 'exited', ...ofChild, outcome: 'rejected', error },
  restart: { type: 'restart', supervisor: 's', child: 'c', group: ['c', 'd'] },
  stopped: { type: 'stopped', ...ofChild, error },
  abandoned: { type: 'abandoned', ...ofChild, limitMs: 5_000 },
  late: { type: 'late', ...ofChild, outcome: 'fulfilled', error },
  'give-up': {
    type: 'give-up',
    supervisor: 's',
    error: intensityError('s', 'c', { restarts: 1, withinMs: 5_000 }, error),
  },
};
const session: Samples<OfLayer<'session'>> = {
  state: {
    type: 'state',
    session: 'n',
    from: { kind: 'recovering', generation: 1, attempt: 2, loss },
    to: { kind: 'ready', generation: 2, since: 6 },
  },
  opened: { type: 'opened', session: 'n', generation: 2, how: 'open', durationMs: 3_000 },
  'open-failed': {
    type: 'open-failed',
    session: 'n',
    generation: 2,
    attempt: 1,
    stage: 'login',
    verdict,
    error,
  },
  wait: { type: 'wait', session: 'n', attempt: 1, delayMs: 400, verdict },
  lost: { type: 'lost', session: 'n', loss },
  'view-lost': { type: 'view-lost', session: 'n', generation: 1, report: loss },
  login: { type: 'login', session: 'n', reason: 'opened', outcome: 'failed', error },
  probe: { type: 'probe', session: 'n', why: 'woke', outcome: 'timeout', durationMs: 5_000 },
  snapshot: { type: 'snapshot', session: 'n', outcome: 'failed', error },
  'close-failed': { type: 'close-failed', session: 'n', generation: 1, error },
  recovery: {
    type: 'recovery',
    policy: 'f',
    attempt: 1,
    outcome: 'joined',
    durationMs: 100,
    verdict,
    error,
  },
  'health-check': { type: 'health-check', function: 'f', call: 5, outcome: 'unhealthy', error },
};
const operation: Samples<OfLayer<'operation'>> = {
  started: { type: 'started', operation: 'o', resumed: true, starts: 2 },
  step: { type: 'step', operation: 'o', path: 'a/b', how: 'ran' },
  item: { type: 'item', operation: 'o', path: 'a/1', how: 'done' },
  commit: { type: 'commit', operation: 'o', path: 'a/c', how: 'written' },
  effect: { type: 'effect', operation: 'o', path: 'a/e', how: 'in-doubt', error },
  repeat: { type: 'repeat', operation: 'o', path: 'a/b', error },
  finished: { type: 'finished', operation: 'o', state: 'partial', error },
};

/** By layer and type. */
export const SAMPLES = { policy, tree, session, operation };

/** All of them, as the stream has them. */
export const sampleEvents: readonly ResilienceEvent[] = Object.entries(SAMPLES).flatMap(([layer, events]) =>
  Object.values(events).map((event) => ({ layer, event }) as ResilienceEvent),
);

import { describe, expect, test } from 'vitest';
import { INSTRUMENTS } from './instruments.ts';
import type { Instrument, Label } from './instruments.ts';
import { measure } from './measure.ts';
import type { Labels } from './measure.ts';
import type { ResilienceEvent } from './resilience-event.ts';
import { SAMPLES, sampleEvents } from './testing/sample-events.ts';

type Taken = readonly [name: string, value: number, labels: Labels];

/** What an event is worth beside being counted by its type. */
function taken(entry: ResilienceEvent): Taken[] {
  const all: Taken[] = [];
  measure(entry, (name, value, labels) => all.push([name, value, labels]));
  const [first, ...rest] = all;
  expect(first).toEqual(['holdfast.events', 1, { layer: entry.layer, event: entry.event.type }]);
  return rest;
}

const { policy, tree, session, operation } = SAMPLES;

test.each<[string, ResilienceEvent['event'], Taken[]]>([
  ['an attempt that begins', policy.attempt, []],
  [
    'a success',
    policy.success,
    [
      ['holdfast.policy.attempts', 1, { policy: 'p', outcome: 'success' }],
      ['holdfast.policy.attempt.duration', 1.5, { policy: 'p', outcome: 'success' }],
      ['holdfast.policy.runs', 1, { policy: 'p', outcome: 'success' }],
    ],
  ],
  [
    'a failure that is excused',
    policy.failure,
    [
      ['holdfast.policy.attempts', 1, { policy: 'p', outcome: 'excused', category: 'network' }],
      ['holdfast.policy.attempt.duration', 0.25, { policy: 'p', outcome: 'excused' }],
    ],
  ],
  [
    'a timeout',
    policy.timeout,
    [['holdfast.policy.timeouts', 1, { policy: 'p', code: 'ERR_TIMEOUT_ATTEMPT' }]],
  ],
  ['a stall', policy.stall, [['holdfast.policy.stalls', 1, { policy: 'p', mode: 'warn' }]]],
  [
    'a wait',
    policy.wait,
    [
      ['holdfast.policy.waits', 1, { policy: 'p', kind: 'backoff' }],
      ['holdfast.policy.wait.duration', 2, { policy: 'p', kind: 'backoff' }],
    ],
  ],
  ['a retry', policy.retry, [['holdfast.policy.retries', 1, { policy: 'p', category: 'network' }]]],
  [
    'giving up',
    policy['give-up'],
    [['holdfast.policy.runs', 1, { policy: 'p', outcome: 'failure', reason: 'deadline' }]],
  ],
  ['a fallback', policy.fallback, [['holdfast.policy.fallbacks', 1, { policy: 'p' }]]],
  ['a hedge', policy.hedge, [['holdfast.policy.hedges', 1, { policy: 'p' }]]],
  ['a call that joined', policy.coalesced, [['holdfast.policy.coalesced', 1, { policy: 'p' }]]],
  ['a late end', policy.late, [['holdfast.policy.late', 1, { policy: 'p', outcome: 'rejected' }]]],
  ['a result that nobody took', policy.discarded, [['holdfast.policy.discarded', 1, { policy: 'p' }]]],
  [
    'a breaker',
    policy.breaker,
    [
      ['holdfast.breaker.transitions', 1, { breaker: 'b', state: 'open' }],
      ['holdfast.breaker.state', 1, { breaker: 'b', state: 'open' }],
    ],
  ],
  ['a limit', policy.limit, [['holdfast.limit.concurrency', 10, { limit: 'l' }]]],
])('a policy: %s', (_, event, expected) =>
  expect(taken({ layer: 'policy', event } as ResilienceEvent)).toEqual(expected),
);

test('a failure that counts is one', () => {
  const { excused: _, ...event } = policy.failure;
  expect(taken({ layer: 'policy', event }).map(([, , { outcome }]) => outcome)).toEqual([
    'failure',
    'failure',
  ]);
});

test('a wait of which nobody knows the end has no duration', () => {
  const names = taken({ layer: 'policy', event: { ...policy.wait, delayMs: 0 } }).map(([name]) => name);
  expect(names).toEqual(['holdfast.policy.waits']);
});

const ofChild = { supervisor: 's', child: 'c' };

test.each<[string, ResilienceEvent['event'], Taken[]]>([
  ['started', tree.started, [['holdfast.supervisor.starts', 1, ofChild]]],
  ['exited', tree.exited, [['holdfast.supervisor.exits', 1, { ...ofChild, outcome: 'rejected' }]]],
  ['restart', tree.restart, [['holdfast.supervisor.restarts', 1, ofChild]]],
  ['stopped', tree.stopped, []],
  ['abandoned', tree.abandoned, [['holdfast.supervisor.abandoned', 1, ofChild]]],
  ['late', tree.late, []],
  ['give-up', tree['give-up'], [['holdfast.supervisor.give_ups', 1, { supervisor: 's' }]]],
])('a supervisor: %s', (_, event, expected) =>
  expect(taken({ layer: 'tree', event } as ResilienceEvent)).toEqual(expected),
);

test.each<[string, ResilienceEvent['event'], Taken[]]>([
  [
    'opened',
    session.opened,
    [
      ['holdfast.session.opens', 1, { session: 'n', outcome: 'ok', how: 'open' }],
      ['holdfast.session.open.duration', 3, { session: 'n', how: 'open' }],
    ],
  ],
  [
    'open-failed',
    session['open-failed'],
    [['holdfast.session.opens', 1, { session: 'n', outcome: 'failed', stage: 'login', category: 'network' }]],
  ],
  ['wait', session.wait, [['holdfast.session.wait.duration', 0.4, { session: 'n' }]]],
  ['lost', session.lost, [['holdfast.session.losses', 1, { session: 'n', cause: 'process-exit' }]]],
  [
    'view-lost',
    session['view-lost'],
    [['holdfast.session.views_lost', 1, { session: 'n', cause: 'process-exit' }]],
  ],
  ['login', session.login, [['holdfast.session.logins', 1, { session: 'n', outcome: 'failed' }]]],
  ['probe', session.probe, [['holdfast.session.probe.duration', 5, { session: 'n', outcome: 'timeout' }]]],
  ['snapshot', session.snapshot, [['holdfast.session.snapshots', 1, { session: 'n', outcome: 'failed' }]]],
  ['close-failed', session['close-failed'], [['holdfast.session.close_failures', 1, { session: 'n' }]]],
  [
    'recovery',
    session.recovery,
    [['holdfast.function.recoveries', 1, { policy: 'f', outcome: 'joined', category: 'network' }]],
  ],
  [
    'health-check',
    session['health-check'],
    [['holdfast.function.health_checks', 1, { function: 'f', outcome: 'unhealthy' }]],
  ],
])('a session: %s', (_, event, expected) =>
  expect(taken({ layer: 'session', event } as ResilienceEvent)).toEqual(expected),
);

describe('a session is recovered', () => {
  const { from, to } = session.state;
  const names = (change: object): string[] =>
    taken({ layer: 'session', event: { ...session.state, ...change } }).map(([name]) => name);
  test('when it is ready after a loss', () => {
    expect(taken({ layer: 'session', event: session.state })).toEqual([
      ['holdfast.session.state', 1, { session: 'n', state: 'ready' }],
      ['holdfast.session.recoveries', 1, { session: 'n' }],
    ]);
  });
  test.each([
    ['was replaced on purpose', { from: { ...from, loss: null } }],
    ['was opened for the first time', { from: { kind: 'opening', generation: 1, attempt: 1 } }],
    ['gives up', { to: { kind: 'open-circuit', reason: 'spent', retryAt: 9 } }],
    ['closes', { from: to, to: { kind: 'closed' } }],
  ])('not when it %s', (_, change) => expect(names(change)).toEqual(['holdfast.session.state']));
});

test.each<[string, ResilienceEvent['event'], Taken[]]>([
  ['started', operation.started, [['holdfast.operation.starts', 1, { operation: 'o', how: 'resumed' }]]],
  [
    'started anew',
    { ...operation.started, resumed: false },
    [['holdfast.operation.starts', 1, { operation: 'o', how: 'new' }]],
  ],
  ['step', operation.step, [['holdfast.operation.steps', 1, { operation: 'o', how: 'ran' }]]],
  ['item', operation.item, [['holdfast.operation.items', 1, { operation: 'o', how: 'done' }]]],
  ['commit', operation.commit, [['holdfast.operation.commits', 1, { operation: 'o', how: 'written' }]]],
  ['effect', operation.effect, [['holdfast.operation.effects', 1, { operation: 'o', how: 'in-doubt' }]]],
  ['repeat', operation.repeat, [['holdfast.operation.repeats', 1, { operation: 'o' }]]],
  ['finished', operation.finished, [['holdfast.operation.runs', 1, { operation: 'o', outcome: 'partial' }]]],
])('an operation: %s', (_, event, expected) =>
  expect(taken({ layer: 'operation', event } as ResilienceEvent)).toEqual(expected),
);

test('each measurement has labels that its instrument knows, and each instrument measures something', () => {
  const used = new Set<string>();
  for (const entry of sampleEvents) {
    measure(entry, (name, _, labels) => {
      const { names, facts }: Instrument = INSTRUMENTS[name];
      const known: readonly Label[] = [...names, ...facts];
      used.add(name);
      expect(known, name).toEqual(expect.arrayContaining(Object.keys(labels)));
    });
  }
  expect([...used].toSorted()).toEqual(Object.keys(INSTRUMENTS).toSorted());
});

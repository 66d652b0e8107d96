/** A number that is taken of events. Names and units are OpenTelemetry's; Prometheus' follow from them. */
export interface Instrument {
  /**
   * `counter` adds up, `histogram` sorts into buckets, `gauge` holds the latest number, and `state` the one word that
   * is true at present.
   */
  readonly kind: 'counter' | 'histogram' | 'gauge' | 'state';
  readonly unit: string;
  readonly description: string;
  /** Labels whose values users choose: names. */
  readonly names: readonly Label[];
  /** Labels with few values, which the library knows. */
  readonly facts: readonly Label[];
}

/** What a label is called: here and in Prometheus by the key, in OpenTelemetry by the value. */
export const LABELS: Readonly<Record<Label, string>> = {
  policy: 'holdfast.policy.name',
  breaker: 'holdfast.breaker.name',
  limit: 'holdfast.limit.name',
  supervisor: 'holdfast.supervisor.name',
  child: 'holdfast.supervisor.child',
  session: 'holdfast.session.name',
  operation: 'holdfast.operation.name',
  function: 'code.function.name',
  layer: 'holdfast.layer',
  event: 'holdfast.event.type',
  outcome: 'holdfast.outcome',
  /** `error.type` is the category of the failure (docs/classification.md), so it has few values. */
  category: 'error.type',
  code: 'holdfast.timeout.code',
  mode: 'holdfast.stall.mode',
  kind: 'holdfast.wait.kind',
  reason: 'holdfast.stop_reason',
  state: 'holdfast.state',
  stage: 'holdfast.session.stage',
  cause: 'holdfast.session.loss_cause',
  how: 'holdfast.how',
};

/** A label, by its short name. */
export type Label =
  | 'policy'
  | 'breaker'
  | 'limit'
  | 'supervisor'
  | 'child'
  | 'session'
  | 'operation'
  | 'function'
  | 'layer'
  | 'event'
  | 'outcome'
  | 'category'
  | 'code'
  | 'mode'
  | 'kind'
  | 'reason'
  | 'state'
  | 'stage'
  | 'cause'
  | 'how';

/** Upper bounds of the buckets of every histogram, in seconds: half a power of ten each, from 1 ms to a day. */
export const BOUNDS: readonly number[] = [
  0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000,
];

const counter = (unit: string, description: string, names: Label[], facts: Label[] = []): Instrument => ({
  kind: 'counter',
  unit: `{${unit}}`,
  description,
  names,
  facts,
});
const seconds = (description: string, names: Label[], facts: Label[] = []): Instrument => ({
  kind: 'histogram',
  unit: 's',
  description,
  names,
  facts,
});
const state = (description: string, names: Label[]): Instrument => ({
  kind: 'state',
  unit: '1',
  description,
  names,
  facts: ['state'],
});

/** Everything that is measured. */
export const INSTRUMENTS: Readonly<Record<InstrumentName, Instrument>> = {
  'holdfast.events': counter('event', 'Events of every kind.', [], ['layer', 'event']),
  'holdfast.policy.attempts': counter('attempt', 'Attempts that ended.', ['policy'], ['outcome', 'category']),
  'holdfast.policy.attempt.duration': seconds('How long attempts took.', ['policy'], ['outcome']),
  'holdfast.policy.runs': counter('run', 'Runs that ended.', ['policy'], ['outcome', 'reason']),
  'holdfast.policy.retries': counter('retry', 'Attempts after the first.', ['policy'], ['category']),
  'holdfast.policy.timeouts': counter('timeout', 'Limits of attempts that passed.', ['policy'], ['code']),
  'holdfast.policy.stalls': counter('stall', 'Attempts without progress.', ['policy'], ['mode']),
  'holdfast.policy.waits': counter('wait', 'Waits that began.', ['policy'], ['kind']),
  'holdfast.policy.wait.duration': seconds(
    'How long waits were planned, where that is known.',
    ['policy'],
    ['kind'],
  ),
  'holdfast.policy.late': counter('attempt', 'Attempts that ended when given up.', ['policy'], ['outcome']),
  'holdfast.policy.discarded': counter('result', 'Results that nobody took.', ['policy']),
  'holdfast.policy.hedges': counter('attempt', 'Further copies of attempts.', ['policy']),
  'holdfast.policy.coalesced': counter('call', 'Calls that joined one under way.', ['policy']),
  'holdfast.policy.fallbacks': counter('run', 'Runs that gave their fallback.', ['policy']),
  'holdfast.breaker.transitions': counter('transition', 'Changes of breakers.', ['breaker'], ['state']),
  'holdfast.breaker.state': state('What a breaker is.', ['breaker']),
  'holdfast.limit.concurrency': {
    kind: 'gauge',
    unit: '{call}',
    description: 'An adaptive limit of concurrency, since it first changed.',
    names: ['limit'],
    facts: [],
  },
  'holdfast.supervisor.starts': counter('start', 'Children started.', ['supervisor', 'child']),
  'holdfast.supervisor.exits': counter(
    'exit',
    'Children that ended by themselves.',
    ['supervisor', 'child'],
    ['outcome'],
  ),
  'holdfast.supervisor.restarts': counter('restart', 'Restarts, by who caused them.', [
    'supervisor',
    'child',
  ]),
  'holdfast.supervisor.abandoned': counter('child', 'Children that ignored their signal.', [
    'supervisor',
    'child',
  ]),
  'holdfast.supervisor.give_ups': counter('supervisor', 'Supervisors that gave up.', ['supervisor']),
  'holdfast.session.state': state('What a session is.', ['session']),
  'holdfast.session.opens': counter(
    'open',
    'Attempts to open a session.',
    ['session'],
    ['outcome', 'how', 'stage', 'category'],
  ),
  'holdfast.session.open.duration': seconds('How long opening took.', ['session'], ['how']),
  'holdfast.session.wait.duration': seconds('How long waits before opening were planned.', ['session']),
  'holdfast.session.losses': counter('loss', 'Sessions lost.', ['session'], ['cause']),
  'holdfast.session.recoveries': counter('recovery', 'Sessions brought back after a loss.', ['session']),
  'holdfast.session.views_lost': counter(
    'view',
    'Views lost while the session lives.',
    ['session'],
    ['cause'],
  ),
  'holdfast.session.logins': counter('login', 'Logins.', ['session'], ['outcome']),
  'holdfast.session.probe.duration': seconds('How long probes took.', ['session'], ['outcome']),
  'holdfast.session.snapshots': counter('snapshot', 'Snapshots of sessions.', ['session'], ['outcome']),
  'holdfast.session.close_failures': counter('failure', 'Sessions that did not close.', ['session']),
  'holdfast.function.recoveries': counter(
    'recovery',
    'Recoveries of functions.',
    ['policy'],
    ['outcome', 'category'],
  ),
  'holdfast.function.health_checks': counter('check', 'Health checks.', ['function'], ['outcome']),
  'holdfast.operation.starts': counter('run', 'Runs of operations begun.', ['operation'], ['how']),
  'holdfast.operation.runs': counter('run', 'Runs of operations ended.', ['operation'], ['outcome']),
  'holdfast.operation.steps': counter('step', 'Steps.', ['operation'], ['how']),
  'holdfast.operation.items': counter('item', 'Items.', ['operation'], ['how']),
  'holdfast.operation.commits': counter('commit', 'Commits.', ['operation'], ['how']),
  'holdfast.operation.effects': counter('effect', 'What became of effects.', ['operation'], ['how']),
  'holdfast.operation.repeats': counter('repeat', 'Steps and effects that ran again.', ['operation']),
};

/** The name of an instrument. */
export type InstrumentName =
  | 'holdfast.events'
  | 'holdfast.policy.attempts'
  | 'holdfast.policy.attempt.duration'
  | 'holdfast.policy.runs'
  | 'holdfast.policy.retries'
  | 'holdfast.policy.timeouts'
  | 'holdfast.policy.stalls'
  | 'holdfast.policy.waits'
  | 'holdfast.policy.wait.duration'
  | 'holdfast.policy.late'
  | 'holdfast.policy.discarded'
  | 'holdfast.policy.hedges'
  | 'holdfast.policy.coalesced'
  | 'holdfast.policy.fallbacks'
  | 'holdfast.breaker.transitions'
  | 'holdfast.breaker.state'
  | 'holdfast.limit.concurrency'
  | 'holdfast.supervisor.starts'
  | 'holdfast.supervisor.exits'
  | 'holdfast.supervisor.restarts'
  | 'holdfast.supervisor.abandoned'
  | 'holdfast.supervisor.give_ups'
  | 'holdfast.session.state'
  | 'holdfast.session.opens'
  | 'holdfast.session.open.duration'
  | 'holdfast.session.wait.duration'
  | 'holdfast.session.losses'
  | 'holdfast.session.recoveries'
  | 'holdfast.session.views_lost'
  | 'holdfast.session.logins'
  | 'holdfast.session.probe.duration'
  | 'holdfast.session.snapshots'
  | 'holdfast.session.close_failures'
  | 'holdfast.function.recoveries'
  | 'holdfast.function.health_checks'
  | 'holdfast.operation.starts'
  | 'holdfast.operation.runs'
  | 'holdfast.operation.steps'
  | 'holdfast.operation.items'
  | 'holdfast.operation.commits'
  | 'holdfast.operation.effects'
  | 'holdfast.operation.repeats';

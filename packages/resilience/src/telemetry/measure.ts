import type { InstrumentName, Label } from './instruments.ts';
import type { ResilienceEvent } from './resilience-event.ts';

/** Values of labels; one that says nothing is absent. */
export type Labels = Readonly<Partial<Record<Label, string>>>;

/** Takes one measurement: so many more for a counter, so many seconds for a histogram; a
 * gauge is set to the number; for a state the number is 1. */
export type Take = (name: InstrumentName, value: number, labels: Labels) => void;

type EventOf<L extends ResilienceEvent['layer']> = Extract<ResilienceEvent, { readonly layer: L }>['event'];

/** What an event is worth in numbers. */
export function measure(entry: ResilienceEvent, take: Take): void {
  take('holdfast.events', 1, { layer: entry.layer, event: entry.event.type });
  switch (entry.layer) {
    case 'policy':
      return measurePolicy(entry.event, take);
    case 'tree':
      return measureTree(entry.event, take);
    case 'session':
      return measureSession(entry.event, take);
    case 'operation':
      return measureOperation(entry.event, take);
  }
}

function measurePolicy(event: EventOf<'policy'>, take: Take): void {
  switch (event.type) {
    case 'success':
    case 'failure': {
      const { policy, durationMs } = event;
      const isExcused = event.type === 'failure' && event.excused !== undefined;
      const outcome = isExcused ? 'excused' : event.type;
      const category = event.type === 'failure' ? { category: event.verdict.category } : {};
      take('holdfast.policy.attempts', 1, { policy, outcome, ...category });
      take('holdfast.policy.attempt.duration', durationMs / 1_000, { policy, outcome });
      if (event.type === 'success') take('holdfast.policy.runs', 1, { policy, outcome });
      return;
    }
    case 'give-up':
      take('holdfast.policy.runs', 1, {
        policy: event.policy,
        outcome: 'failure',
        reason: event.stopReason,
      });
      return;
    case 'retry':
      take('holdfast.policy.retries', 1, { policy: event.policy, category: event.verdict.category });
      return;
    case 'timeout':
      take('holdfast.policy.timeouts', 1, { policy: event.policy, code: event.code });
      return;
    case 'wait':
      take('holdfast.policy.waits', 1, { policy: event.policy, kind: event.kind });
      // 0 stands for a wait of which nobody knows the end.
      if (event.delayMs === 0) return;
      take('holdfast.policy.wait.duration', event.delayMs / 1_000, {
        policy: event.policy,
        kind: event.kind,
      });
      return;
    default:
      measurePart(event, take);
  }
}

function measurePart(event: EventOf<'policy'>, take: Take): void {
  switch (event.type) {
    case 'stall':
      return take('holdfast.policy.stalls', 1, { policy: event.policy, mode: event.mode });
    case 'late':
      return take('holdfast.policy.late', 1, { policy: event.policy, outcome: event.outcome });
    case 'discarded':
      return take('holdfast.policy.discarded', 1, { policy: event.policy });
    case 'hedge':
      return take('holdfast.policy.hedges', 1, { policy: event.policy });
    case 'coalesced':
      return take('holdfast.policy.coalesced', 1, { policy: event.policy });
    case 'fallback':
      return take('holdfast.policy.fallbacks', 1, { policy: event.policy });
    case 'limit':
      return take('holdfast.limit.concurrency', event.to, { limit: event.limit });
    case 'breaker': {
      const labels = { breaker: event.breaker, state: event.to };
      take('holdfast.breaker.transitions', 1, labels);
      take('holdfast.breaker.state', 1, labels);
      return;
    }
    default:
    // Counted by its type.
  }
}

function measureTree(event: EventOf<'tree'>, take: Take): void {
  const { supervisor } = event;
  switch (event.type) {
    case 'started':
      return take('holdfast.supervisor.starts', 1, { supervisor, child: event.child });
    case 'exited':
      return take('holdfast.supervisor.exits', 1, { supervisor, child: event.child, outcome: event.outcome });
    case 'restart':
      return take('holdfast.supervisor.restarts', 1, { supervisor, child: event.child });
    case 'abandoned':
      return take('holdfast.supervisor.abandoned', 1, { supervisor, child: event.child });
    case 'give-up':
      return take('holdfast.supervisor.give_ups', 1, { supervisor });
    default:
    // Counted by its type.
  }
}

function measureSession(event: EventOf<'session'>, take: Take): void {
  switch (event.type) {
    case 'state': {
      const { session, from, to } = event;
      take('holdfast.session.state', 1, { session, state: to.kind });
      // A session that is recycled on purpose recovers from nothing.
      const lost = from.kind === 'recovering' && from.loss !== null;
      if (lost && to.kind === 'ready') take('holdfast.session.recoveries', 1, { session });
      return;
    }
    case 'opened': {
      const { session, how, durationMs } = event;
      take('holdfast.session.opens', 1, { session, outcome: 'ok', how });
      return take('holdfast.session.open.duration', durationMs / 1_000, { session, how });
    }
    case 'open-failed': {
      const { session, stage, verdict } = event;
      const { category } = verdict;
      return take('holdfast.session.opens', 1, { session, outcome: 'failed', stage, category });
    }
    case 'wait':
      return take('holdfast.session.wait.duration', event.delayMs / 1_000, { session: event.session });
    case 'lost':
      return take('holdfast.session.losses', 1, { session: event.session, cause: event.loss.cause });
    case 'view-lost':
      return take('holdfast.session.views_lost', 1, { session: event.session, cause: event.report.cause });
    default:
      measureUpkeep(event, take);
  }
}

function measureUpkeep(event: EventOf<'session'>, take: Take): void {
  switch (event.type) {
    case 'login':
      return take('holdfast.session.logins', 1, { session: event.session, outcome: event.outcome });
    case 'probe': {
      const { session, outcome, durationMs } = event;
      return take('holdfast.session.probe.duration', durationMs / 1_000, { session, outcome });
    }
    case 'snapshot':
      return take('holdfast.session.snapshots', 1, { session: event.session, outcome: event.outcome });
    case 'close-failed':
      return take('holdfast.session.close_failures', 1, { session: event.session });
    case 'recovery': {
      const { policy, outcome, verdict } = event;
      return take('holdfast.function.recoveries', 1, { policy, outcome, category: verdict.category });
    }
    case 'health-check':
      return take('holdfast.function.health_checks', 1, { function: event.function, outcome: event.outcome });
    default:
    // Counted by its type.
  }
}

function measureOperation(event: EventOf<'operation'>, take: Take): void {
  const { operation } = event;
  switch (event.type) {
    case 'started':
      return take('holdfast.operation.starts', 1, { operation, how: event.resumed ? 'resumed' : 'new' });
    case 'finished':
      return take('holdfast.operation.runs', 1, { operation, outcome: event.state });
    case 'step':
      return take('holdfast.operation.steps', 1, { operation, how: event.how });
    case 'item':
      return take('holdfast.operation.items', 1, { operation, how: event.how });
    case 'commit':
      return take('holdfast.operation.commits', 1, { operation, how: event.how });
    case 'effect':
      return take('holdfast.operation.effects', 1, { operation, how: event.how });
    case 'repeat':
      return take('holdfast.operation.repeats', 1, { operation });
    default:
    // Counted by its type.
  }
}

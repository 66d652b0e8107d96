import type { Incident, IncidentCause } from '../../model/incident.ts';

/** How a cause is told: at once, once it has lasted for the time that the configuration names, or never. */
type Telling = 'at-once' | 'after-a-while' | 'never';

const TELLING: Readonly<Record<IncidentCause, Telling>> = {
  outage: 'after-a-while',
  throttled: 'after-a-while',
  blocked: 'after-a-while',
  auth: 'after-a-while',
  'captive-portal': 'after-a-while',
  stale: 'at-once',
  gap: 'at-once',
  quarantine: 'at-once',
  'crash-loop': 'at-once',
  hung: 'at-once',
  oom: 'at-once',
  'set-aside': 'at-once',
  disk: 'at-once',
  'disk-forecast': 'at-once',
  backup: 'at-once',
  integrity: 'at-once',
  // Our own states say nothing about an upstream; a single crash is repaired before anybody could read of it.
  offline: 'never',
  asleep: 'never',
  'clock-step': 'never',
  crash: 'never',
};

const OWN_STATES: readonly IncidentCause[] = ['offline', 'asleep', 'clock-step'];

/** Causes about which nothing can be said while the machine was offline or asleep. */
const INCONCLUSIVE: readonly IncidentCause[] = [
  'outage',
  'throttled',
  'blocked',
  'auth',
  'captive-portal',
  'stale',
];

/** What is the same for all alerts. Durations in ms. */
export interface AlertRules {
  readonly outageAfter: number;
  /** The overview page, for the link; null when there is none. */
  readonly url: string | null;
  /** Keys of the channels that a new message goes to. */
  readonly channels: readonly string[];
}

/** Whether a cause is ever told. */
export function isAlertable({ cause }: Incident): boolean {
  return TELLING[cause] !== 'never';
}

/** When our own machine was offline, asleep or set to another time: from, to (Infinity while it lasts). */
export interface OwnState {
  readonly from: number;
  readonly to: number;
}

/** The times of our own states. */
export function ownStates(incidents: readonly Incident[]): readonly OwnState[] {
  return incidents
    .filter(({ cause }) => OWN_STATES.includes(cause))
    .map(({ startedAt, recoveredAt }) => ({
      from: startedAt,
      to: recoveredAt ?? Number.POSITIVE_INFINITY,
    }));
}

/**
 * When an incident is to be told, wall ms; Infinity as long as nothing can be said about it. What began before or
 * during a time of our own is measured from its end; so is what began just after it, since the return takes a while.
 */
export function tellAt(
  { cause, startedAt }: Incident,
  own: readonly OwnState[],
  { outageAfter }: AlertRules,
  now: number,
): number {
  // A clock that was set back must not put the alert off by as much.
  const began = Math.min(startedAt, now);
  const overlapping = INCONCLUSIVE.includes(cause)
    ? own.filter(({ from, to }) => from <= now && to + outageAfter >= began)
    : [];
  const from = Math.max(began, ...overlapping.map(({ to }) => to));
  const waits = TELLING[cause] === 'after-a-while' || overlapping.length > 0;
  return waits ? from + outageAfter : from;
}

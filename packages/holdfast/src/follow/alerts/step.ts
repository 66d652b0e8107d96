import type { Incident, IncidentCause } from '../../model/incident.ts';
import { engineTrouble, FROM_SUPERVISOR } from '../engine-trouble.ts';
import type { AlertView } from './alert-view.ts';
import type { Alert, AlertState, Book } from './book.ts';
import { openingOf, recoveryOf } from './compose.ts';
import type { AlertMessage } from './message.ts';
import { pruned, queued } from './outbox.ts';
import { isAlertable, ownStates, tellAt } from './rules.ts';
import type { AlertRules } from './rules.ts';

/** What comes back within so many ms after its recovery is flapping. */
const FLAPPING_MS = 10 * 60_000;
/** The return that is told although it has not lasted. */
const TELLING_RETURN = 5;
/** What begins so soon after an alert was sent, ms at least, belongs to it. */
const LEAST_JOIN_MS = 60_000;
const LONGEST_JOIN_MS = 15 * 60_000;
/** Bound on what an alert remembers of its incidents. */
const MOST_MEMBERS = 10_000;

type Over = Extract<AlertState, { kind: 'over' }>;

/** One look and what follows from it: the only transition of the book besides deliveries. Pure. */
export function step(book: Book, view: AlertView, rules: AlertRules): Book {
  const incidents = [
    ...view.incidents,
    ...(view.supervisor === null ? [] : engineTrouble(view.supervisor, view.now)),
  ].filter(isAlertable);
  const known = book.alerts.map((alert) => notLaterThan(alert, view.now));
  const joined = joinAll(known, incidents, rules);
  const settled = joined.flatMap((alert) => settle(alert, incidents, view, rules));
  const told = tellNew(
    settled.map(({ alert }) => alert),
    incidents,
    view,
    rules,
  );
  const messages = [...settled.flatMap(({ message }) => message ?? []), ...told.messages];
  const after = queued({ ...book, alerts: told.alerts }, messages, rules.channels, view.now);
  const lasting = settled.flatMap(({ alert }) => (alert.state.kind === 'told' ? alert : []));
  return pruned(toldToNewcomers(after, lasting, incidents, view, rules), view.now);
}

/** A channel that is new, or was corrected, is told what lasts: nobody else tells it, and it will be told the end. */
function toldToNewcomers(
  book: Book,
  lasting: readonly Alert[],
  incidents: readonly Incident[],
  view: AlertView,
  rules: AlertRules,
): Book {
  const known = book.channels ?? rules.channels;
  const newcomers = rules.channels.filter((key) => !known.includes(key));
  const openings = lasting.map((alert) => {
    const members = incidents.filter(({ id }) => alert.incidents.includes(id));
    return openingOf(alert, members, 0, view, rules);
  });
  return queued({ ...book, channels: rules.channels }, openings, newcomers, view.now);
}

/** After the clock was set back, what was told before it must not lie in the future: nothing would be due until then. */
function notLaterThan(alert: Alert, now: number): Alert {
  const { toldAt, state } = alert;
  const back = state.kind === 'told' || state.back === null ? null : Math.min(state.back, now);
  return {
    ...alert,
    toldAt: Math.min(toldAt, now),
    state: state.kind === 'told' ? state : { ...state, at: Math.min(state.at, now), back },
  };
}

/** Alerts that last take in what belongs to none yet; the oldest one that fits has it. */
function joinAll(
  alerts: readonly Alert[],
  incidents: readonly Incident[],
  rules: AlertRules,
): readonly Alert[] {
  const known = knownIncidents(alerts);
  return alerts.map((alert) => {
    const joined = join(
      alert,
      incidents.filter(({ id, recoveredAt }) => recoveredAt === null && !known.has(id)),
      rules,
    );
    for (const id of joined.incidents) known.add(id);
    return joined;
  });
}

/** An alert takes in what has the same cause and the same scope, or began together with it. */
function join(alert: Alert, open: readonly Incident[], { outageAfter }: AlertRules): Alert {
  if (alert.state.kind !== 'told') return alert;
  const until = alert.toldAt + Math.min(Math.max(outageAfter, LEAST_JOIN_MS), LONGEST_JOIN_MS);
  const joining = open.filter(
    ({ cause, scope, startedAt }) =>
      cause === alert.cause && (alert.scopes.includes(scope) || startedAt <= until),
  );
  if (joining.length === 0) return alert;
  return {
    ...alert,
    incidents: [...alert.incidents, ...joining.map(({ id }) => id)].slice(-MOST_MEMBERS),
    scopes: [...new Set([...alert.scopes, ...joining.map(({ scope }) => scope)])].slice(-MOST_MEMBERS),
  };
}

/** Incidents of the alerts that last. */
function knownIncidents(alerts: readonly Alert[]): Set<string> {
  return new Set(alerts.flatMap(({ incidents, state }) => (state.kind === 'told' ? incidents : [])));
}

interface Settled {
  readonly alert: Alert;
  readonly message?: AlertMessage;
}

function settle(
  alert: Alert,
  incidents: readonly Incident[],
  view: AlertView,
  rules: AlertRules,
): readonly Settled[] {
  if (alert.state.kind === 'told') return [closeWhenOver(alert, incidents, view, rules)];
  // Without the store nobody knows what came back.
  if (view.store === null) return [{ alert }];
  const state = countReturns(alert, alert.state, incidents, view.now);
  const forgotten = state.back === null && view.now >= state.at + FLAPPING_MS;
  return forgotten ? [] : [{ alert: { ...alert, state } }];
}

function closeWhenOver(
  alert: Alert,
  incidents: readonly Incident[],
  view: AlertView,
  rules: AlertRules,
): Settled {
  const members = incidents.filter(({ id }) => alert.incidents.includes(id));
  if (members.some(({ recoveredAt }) => recoveredAt === null)) return { alert };
  // Without the store, or the word of engine and supervisor, nothing is known about what only they know.
  const bySupervisor = alert.incidents.every((id) => id.startsWith(FROM_SUPERVISOR));
  if (bySupervisor && view.supervisor === null) return { alert };
  const untold = !bySupervisor && !view.engineTells;
  if (members.length === 0 && (view.store === null || untold)) return { alert };
  const ends = members.map(({ recoveredAt }) => recoveredAt ?? view.now);
  const at = ends.length === 0 ? view.now : Math.min(view.now, Math.max(...ends));
  const state: Over = { kind: 'over', at, returns: 0, seen: [], back: null };
  return { alert: { ...alert, state }, message: recoveryOf(alert, members, at, view, rules) };
}

function countReturns(alert: Alert, state: Over, incidents: readonly Incident[], now: number): Over {
  const returned = incidents.filter(
    (incident) => (incident.recoveredAt ?? 0) <= now && isReturn(incident, alert, state),
  );
  const unseen = returned.filter(({ id }) => !state.seen.includes(id));
  const open = returned.filter(({ recoveredAt }) => recoveredAt === null);
  const reopened = state.back === null && open.length > 0 && unseen.length === 0 ? 1 : 0;
  return {
    kind: 'over',
    at:
      open.length > 0 ? state.at : Math.max(state.at, ...returned.map(({ recoveredAt }) => recoveredAt ?? 0)),
    returns: state.returns + unseen.length + reopened,
    seen: [...state.seen, ...unseen.map(({ id }) => id)].slice(-MOST_MEMBERS),
    back:
      open.length === 0
        ? null
        : (state.back ?? Math.max(state.at, Math.min(...open.map(({ startedAt }) => startedAt)))),
  };
}

/** Whether an incident is one that came back after an alert was over. */
function isReturn(
  { id, cause, scope, startedAt, recoveredAt }: Incident,
  alert: Alert,
  { at, seen }: Over,
): boolean {
  if (cause !== alert.cause || !alert.scopes.includes(scope)) return false;
  if (recoveredAt !== null && recoveredAt <= at) return false;
  return seen.includes(id) || alert.incidents.includes(id) || startedAt < at + FLAPPING_MS;
}

/** One alert for everything of one cause that is open and untold, once any of it is due. */
function tellNew(
  alerts: readonly Alert[],
  incidents: readonly Incident[],
  view: AlertView,
  rules: AlertRules,
): { readonly alerts: readonly Alert[]; readonly messages: readonly AlertMessage[] } {
  const known = knownIncidents(alerts);
  const untold = incidents.filter(({ id, recoveredAt }) => recoveredAt === null && !known.has(id));
  let kept = alerts;
  const messages: AlertMessage[] = [];
  for (const cause of new Set(untold.map((incident) => incident.cause))) {
    const open = untold.filter((incident) => incident.cause === cause);
    const [told, rest] = newAlert(cause, open, kept, view, rules);
    if (told === null) continue;
    kept = [...rest, told.alert];
    messages.push(told.message);
  }
  return { alerts: kept, messages };
}

function newAlert(
  cause: IncidentCause,
  open: readonly Incident[],
  alerts: readonly Alert[],
  view: AlertView,
  rules: AlertRules,
): readonly [{ alert: Alert; message: AlertMessage } | null, readonly Alert[]] {
  const own = ownStates(view.incidents);
  const candidates = open.map((incident) => {
    const flapping = alerts.find(
      (alert) => alert.state.kind === 'over' && isReturn(incident, alert, alert.state),
    );
    const usual = tellAt(incident, own, rules, view.now);
    return { incident, flapping, dueAt: Math.max(usual, flapping === undefined ? 0 : returnDue(flapping)) };
  });
  const telling = candidates.filter(({ flapping, dueAt }) => flapping === undefined || dueAt <= view.now);
  const [first] = telling.map(({ incident }) => incident).toSorted((a, b) => a.startedAt - b.startedAt);
  if (first === undefined || !telling.some(({ dueAt }) => dueAt <= view.now)) return [null, alerts];
  const members = telling.map(({ incident }) => incident);
  const replaced = telling.flatMap(({ flapping }) => flapping ?? []);
  const returns = Math.max(0, ...replaced.map(({ state }) => (state.kind === 'over' ? state.returns : 0)));
  const alert: Alert = {
    id: first.id,
    cause,
    scopes: [...new Set(members.map(({ scope }) => scope))].slice(0, MOST_MEMBERS),
    incidents: members.map(({ id }) => id).slice(0, MOST_MEMBERS),
    since: first.startedAt,
    toldAt: view.now,
    state: { kind: 'told' },
  };
  const rest = alerts.filter((other) => !replaced.includes(other));
  return [{ alert, message: openingOf(alert, members, returns, view, rules) }, rest];
}

/** When a return is told: it has lasted, or it is one too many. */
function returnDue({ state }: Alert): number {
  if (state.kind !== 'over' || state.returns >= TELLING_RETURN) return 0;
  return (state.back ?? state.at) + FLAPPING_MS;
}

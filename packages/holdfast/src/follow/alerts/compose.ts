import { formatDuration } from '@holdfast/resilience/clock';
import type { Incident, IncidentCause } from '../../model/incident.ts';
import type { AlertView } from './alert-view.ts';
import type { Alert } from './book.ts';
import type { AlertMessage, ToldIncident } from './message.ts';
import { plainText } from './plain-text.ts';
import type { AlertRules } from './rules.ts';

const MOST_INCIDENTS = 20;
const MOST_NAMES = 100;

const OPENED: Readonly<Record<IncidentCause, (scopes: string) => string>> = {
  outage: (scopes) => `no usable answer from ${scopes}`,
  throttled: (scopes) => `throttled by ${scopes}`,
  blocked: (scopes) => `shut out by ${scopes}`,
  auth: (scopes) => `${scopes} asks for a login`,
  'captive-portal': (scopes) => `a login page of the network stands before ${scopes}`,
  stale: (scopes) => `late: ${scopes}`,
  gap: (scopes) => `known to be missing: records of ${scopes}`,
  quarantine: (scopes) => `could not be parsed: records of ${scopes}`,
  'crash-loop': (scopes) => `the ${scopes} keeps crashing`,
  hung: (scopes) => `the ${scopes} hangs`,
  oom: (scopes) => `the ${scopes} ran out of memory`,
  'set-aside': (scopes) => `a page was set aside: ${scopes}`,
  disk: () => 'the disk does not let us write',
  'disk-forecast': () => 'the disk will soon be full',
  backup: () => 'the last backup failed',
  integrity: () => 'the store does not hold what was written',
  offline: () => 'offline',
  asleep: () => 'asleep',
  'clock-step': () => 'the clock was set',
  crash: () => 'the engine crashed',
};

/** What is said when an alert opens. */
export function openingOf(
  alert: Alert,
  members: readonly Incident[],
  returns: number,
  view: AlertView,
  rules: AlertRules,
): AlertMessage {
  const doing = lastAction(members) ?? (view.engineAnswers ? null : 'the engine does not answer');
  // One that is due already is under way: it says nothing about the next.
  const tries = members
    .map(({ nextAttemptAt }) => nextAttemptAt)
    .filter((at) => at !== null && at > view.now) as readonly number[];
  const title = `Holdfast: ${OPENED[alert.cause](names(alert.scopes))}`;
  return withText({
    ...common(alert, members, view, rules),
    id: `${alert.id}:opened`,
    event: 'opened',
    title: plainText(title),
    recoveredAt: null,
    doing,
    nextTryAt: tries.length === 0 ? null : iso(Math.min(...tries)),
    returns,
  });
}

/** What is said when everything that an alert was about has recovered. */
export function recoveryOf(
  alert: Alert,
  members: readonly Incident[],
  at: number,
  view: AlertView,
  rules: AlertRules,
): AlertMessage {
  const title = `Holdfast: over after ${formatDuration(Math.max(0, at - alert.since))}: ${OPENED[alert.cause](names(alert.scopes))}`;
  return withText({
    ...common(alert, members, view, rules),
    id: `${alert.id}:recovered`,
    event: 'recovered',
    title: plainText(title),
    recoveredAt: iso(at),
    doing: lastAction(members),
    nextTryAt: null,
    returns: 0,
  });
}

/** What `alert test` sends. */
export function testMessage(id: string, now: number, url: string | null): AlertMessage {
  return withText({
    id,
    event: 'test',
    cause: 'test',
    title: 'Holdfast: a test of the alerts',
    since: iso(now),
    recoveredAt: null,
    doing: 'nothing is wrong: somebody asked for this message',
    nextTryAt: null,
    scopes: [],
    sources: [],
    incidents: [],
    incidentCount: 0,
    returns: 0,
    recordsAffected: 0,
    store: null,
    url,
    at: iso(now),
  });
}

type Untexted = Omit<AlertMessage, 'text'>;

function common(
  alert: Alert,
  members: readonly Incident[],
  view: AlertView,
  { url }: AlertRules,
): Omit<Untexted, 'id' | 'event' | 'title' | 'recoveredAt' | 'doing' | 'nextTryAt' | 'returns'> {
  const sources = [...new Set(members.flatMap((member) => member.sources))];
  return {
    cause: alert.cause,
    since: iso(alert.since),
    scopes: alert.scopes.slice(0, MOST_NAMES).map(plainText),
    sources: sources.slice(0, MOST_NAMES).map(plainText),
    incidents: members.slice(0, MOST_INCIDENTS).map(toldIncident),
    incidentCount: alert.incidents.length,
    recordsAffected: members.reduce((sum, { recordsAffected }) => sum + recordsAffected, 0),
    store: view.store,
    url,
    at: iso(view.now),
  };
}

function toldIncident({ id, scope, summary, sources, startedAt }: Incident): ToldIncident {
  return {
    id,
    scope: plainText(scope),
    summary: plainText(summary),
    sources: sources.slice(0, MOST_NAMES).map(plainText),
    startedAt: iso(startedAt),
  };
}

function withText(message: Untexted): AlertMessage {
  const { incidents, incidentCount, store, url } = message;
  const more = incidentCount - Math.min(incidents.length, 5);
  const lines = [
    message.title,
    '',
    ...incidents.slice(0, 5).map(({ scope, summary }) => `${scope}: ${summary}`),
    ...(more > 0 && incidents.length > 0 ? [`and ${more} more of the same cause`] : []),
    `Since: ${message.since}`,
    ...(message.recoveredAt === null ? [] : [`Recovered: ${message.recoveredAt}`]),
    ...(message.doing === null ? [] : [`Doing: ${message.doing}`]),
    ...(message.nextTryAt === null ? [] : [`Next try: ${message.nextTryAt}`]),
    ...(message.sources.length === 0 ? [] : [`Sources: ${names(message.sources, 10)}`]),
    ...(message.returns === 0
      ? []
      : [`It came back ${message.returns} times since the last message and was not told each time.`]),
    ...(message.recordsAffected === 0 ? [] : [`Records that came late: ${message.recordsAffected}`]),
    ...(store === null
      ? []
      : [`Store: ${store.records} records, ${store.quarantined} in quarantine, ${store.gapsOpen} gaps open`]),
    ...(url === null ? [] : [`Page: ${url}`]),
    `Id: ${message.id}`,
  ];
  return { ...message, text: `${lines.join('\n')}\n` };
}

function lastAction(members: readonly Incident[]): string | null {
  const last = members
    .flatMap(({ actions }) => actions)
    .toSorted((a, b) => a.at - b.at)
    .at(-1);
  return last === undefined ? null : plainText(last.what);
}

function names(all: readonly string[], most = 3): string {
  const shown = all.slice(0, most).map(plainText).join(', ');
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

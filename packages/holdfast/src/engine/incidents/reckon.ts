import type { Incident } from '../../model/incident.ts';
import { withAction } from '../../model/with-action.ts';
import type { Book } from './book.ts';
import { isRipe, type Trouble } from './trouble.ts';

const MINUTE = 60_000;
/** Records that come this long after a recovery are not counted as late because of it, ms. */
const SETTLES_WITHIN = 60 * MINUTE;
/** With fewer services failing it takes all of them, and at least two. */
const MANY_SERVICES = 3;

/** What follows from the troubles now: incidents open, go on and recover. `at` is wall ms. */
export function reckon(book: Book, at: number): Book {
  const isCutOff = book.isCutOff || isOurNetwork(book, at);
  const groups = Map.groupBy(book.troubles.values(), (trouble) => incidentKey(trouble, isCutOff));
  let next: Book = { ...book, isCutOff };
  for (const [key, troubles] of groups) next = hold(next, key, troubles, at);
  for (const incident of openIncidents(next)) {
    if (!groups.has(keyOf(incident))) next = recover(next, incident, at);
  }
  return next;
}

/** The incidents that last. */
export function openIncidents({ incidents }: Book): readonly Incident[] {
  return [...incidents.values()].filter(({ recoveredAt }) => recoveredAt === null);
}

function keyOf({ cause, scope }: Pick<Incident, 'cause' | 'scope'>): string {
  return `${cause}:${scope}`;
}

function incidentKey(trouble: Trouble, isCutOff: boolean): string {
  return isCutOff && trouble.cause === 'outage' ? 'offline:machine' : keyOf(trouble);
}

/**
 * Three services, or all of at least two, began to fail within a minute and none has answered since, not even with an
 * error: that is our own network, or at least one cause.
 */
function isOurNetwork({ troubles, proofs, sources }: Book, at: number): boolean {
  const failing = [...troubles.values()].filter(
    ({ cause, since, isAnswered }) =>
      cause === 'outage' && isAnswered !== true && Math.abs(at - since) <= MINUTE,
  );
  const services = new Set(failing.map(({ scope }) => scope));
  const all = new Set(sources.map(({ service }) => service));
  const isEnough = services.size >= MANY_SERVICES || (services.size >= 2 && services.size === all.size);
  const first = Math.min(...failing.map(({ since }) => since));
  return (
    isEnough &&
    failing.some(({ count }) => count >= 2) &&
    ![...proofs.values()].some((proof) => proof >= first)
  );
}

/** Opens the incident of some troubles once one of them is ripe, and keeps an open one up to date. */
function hold(book: Book, key: string, troubles: readonly Trouble[], at: number): Book {
  const existing = openIncidents(book).find((incident) => keyOf(incident) === key);
  const latest = troubles.reduce((one, other) => (other.seenAt >= one.seenAt ? other : one));
  const isCutOff = latest.cause === 'outage' && key === 'offline:machine';
  if (existing === undefined && !isCutOff && !troubles.some((trouble) => isRipe(trouble, at))) return book;
  const now = view(key, troubles, latest, isCutOff);
  if (existing === undefined) {
    const startedAt = Math.min(...troubles.map(({ since }) => since));
    const opened: Incident = {
      id: `${key}:${String(startedAt)}`,
      startedAt,
      detectedAt: at,
      recoveredAt: null,
      actions: [],
      recordsAffected: 0,
      ...now,
    };
    return put(book, opened);
  }
  const updated = {
    ...existing,
    ...now,
    sources: [...new Set([...existing.sources, ...now.sources])],
    count: Math.max(existing.count, now.count),
  };
  return isSame(existing, updated) ? book : put(book, updated);
}

function view(key: string, troubles: readonly Trouble[], latest: Trouble, isCutOff: boolean) {
  const nexts = troubles.flatMap(({ nextAttemptAt }) => (nextAttemptAt === null ? [] : [nextAttemptAt]));
  const shared = {
    sources: [...new Set(troubles.flatMap(({ source }) => (source === null ? [] : [source])))],
    count: troubles.reduce((sum, { count }) => sum + count, 0),
    nextAttemptAt: nexts.length === 0 ? null : Math.min(...nexts),
  };
  if (!isCutOff) {
    const { cause, scope, layer, summary } = latest;
    return { ...shared, cause, scope, layer, summary };
  }
  const summary = `no upstream answers: our own network, or all of them (${latest.summary})`;
  return { ...shared, cause: 'offline' as const, scope: 'machine', layer: 'machine' as const, summary };
}

function recover(book: Book, incident: Incident, at: number): Book {
  const tries = `tried ${String(incident.count)} ${incident.count === 1 ? 'time' : 'times'} until it was over`;
  const over = withAction({ ...incident, recoveredAt: at, nextAttemptAt: null }, { at, what: tries });
  return settleLater(put(book, over), over, at);
}

/** From now on its sources' records count as late because of it, until they have caught up. */
export function settleLater(book: Book, { id, sources }: Incident, at: number): Book {
  if (sources.length === 0) return book;
  const settling = { id, sources: new Set(sources), until: at + SETTLES_WITHIN };
  return { ...book, settling: [...book.settling, settling] };
}

/** The book with an incident created or replaced. */
export function put(book: Book, incident: Incident): Book {
  return { ...book, incidents: new Map([...book.incidents, [incident.id, incident]]) };
}

function isSame(one: Incident, other: Incident): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Troubles of an open incident as the engine before left it: they last until something proves that they are over. */
export function troublesOf(incident: Incident): readonly Trouble[] {
  const { cause, scope, layer, summary, startedAt, count, nextAttemptAt, sources } = incident;
  const base = { cause, scope, layer, summary, since: startedAt, seenAt: startedAt, nextAttemptAt };
  if (sources.length === 0) return [{ ...base, source: null, count }];
  return sources.map((source, index) => ({ ...base, source, count: index === 0 ? count : 0 }));
}

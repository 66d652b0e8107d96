import type { ChildExit } from '../../model/engine-message.ts';
import type { EngineEvent } from '../../model/event.ts';
import type { Incident, IncidentCause } from '../../model/incident.ts';
import { isAwaited } from '../../model/staleness.ts';
import type { Book } from './book.ts';
import { sightingOf } from './from-event.ts';
import { forgetOldExits, isOfExits, noteExits } from './from-exit.ts';
import { fromMachine } from './from-machine.ts';
import { openIncidents, put, reckon, troublesOf } from './reckon.ts';
import { withAction } from '../../model/with-action.ts';
import { countLate, endSettling } from './settling.ts';
import { isUpstreams, putDown, seen, without, type Sighting } from './trouble.ts';

/** What can happen to a book. Instants are wall ms. */
export type BookInput =
  | { readonly type: 'event'; readonly at: number; readonly event: EngineEvent }
  /** Time has passed. */
  | { readonly type: 'tick'; readonly at: number }
  | { readonly type: 'exits'; readonly at: number; readonly exits: readonly ChildExit[] }
  /** Incidents that the engine before left open, or that ended a moment ago. */
  | {
      readonly type: 'loaded';
      readonly at: number;
      readonly incidents: readonly Incident[];
      /** Sources that have a page set aside still. */
      readonly setAside: ReadonlySet<string>;
    }
  /** What stands in the store: open gaps and quarantined records by source. */
  | {
      readonly type: 'counted';
      readonly at: number;
      readonly gaps: ReadonlyMap<string, number>;
      readonly quarantined: ReadonlyMap<string, number>;
    }
  /** A sentence when the disk will be full too soon; null when it will not. */
  | { readonly type: 'forecast'; readonly at: number; readonly summary: string | null }
  /** Why a file of `outputs` cannot be written; null when it can. */
  | {
      readonly type: 'output';
      readonly at: number;
      readonly output: 'jsonl' | 'summary';
      readonly summary: string | null;
      readonly nextAttemptAt: number | null;
    }
  /** A sentence when the store does not hold what was written; null when it was checked and does. */
  | { readonly type: 'integrity'; readonly at: number; readonly summary: string | null }
  /** A sentence when the last backup failed; null when it did not. */
  | { readonly type: 'backup'; readonly at: number; readonly summary: string | null };

/** The one transition of the book. Pure. */
export function turn(book: Book, input: BookInput): Book {
  const { at } = input;
  switch (input.type) {
    case 'event':
      return reckon(onEvent(book, input.event), at);
    case 'tick':
      return endSettling(reckon(forgetOldExits(book, at), at), at);
    case 'exits':
      return noteExits(book, input.exits, at);
    case 'loaded':
      return reckon(load(book, input), at);
    case 'counted':
      return reckon(countOf(countOf(book, 'gap', input.gaps, at), 'quarantine', input.quarantined, at), at);
    case 'output':
      return reckon(onOutput(book, input), at);
    case 'forecast':
      return reckon(ofStore(book, 'disk-forecast', input.summary, at), at);
    case 'integrity':
      return reckon(ofStore(book, 'integrity', input.summary, at), at);
    case 'backup':
      return reckon(ofStore(book, 'backup', input.summary, at), at);
  }
}

function onEvent(book: Book, event: EngineEvent): Book {
  switch (event.kind) {
    case 'wait': {
      const caught = event.wait.why === 'poll' ? endSettling(book, event.at, event.source) : book;
      const sighting = sightingOf(event, book);
      return sighting === null ? caught : see(caught, sighting, event.at);
    }
    case 'commit':
      // The page that proves the recovery came late itself.
      return countLate(reckon(proved(book, event.source, event.at), event.at), event);
    case 'window':
      return event.state === 'GAP' || event.state === 'SPLIT' ? book : proved(book, event.source, event.at);
    case 'state':
      return onState(book, event);
    case 'done':
      return endSettling(book, event.at, event.source);
    case 'machine':
      return fromMachine(book, event);
    case 'set-aside':
      return onSetAside(book, event);
    default:
      return book;
  }
}

function onState(book: Book, event: Extract<EngineEvent, { kind: 'state' }>): Book {
  const { source, state, reason, at } = event;
  // What is awaited is not late, or not any more: the day that was late has come, and the next one is due.
  if (isAwaited(event)) return { ...book, troubles: withoutStale(book, source) };
  if (state === 'stale' || state === 'auth-needed') {
    const cause = state === 'stale' ? 'stale' : 'auth';
    const summary = `${source}: ${reason}`;
    return see(book, { cause, scope: source, layer: 'stream', source, summary, nextAttemptAt: null }, at);
  }
  if (state === 'paused')
    return {
      ...book,
      troubles: without(book.troubles, (each) => each.source === source && isTransient(each.cause)),
    };
  if (state !== 'ok') return book;
  return endSettling({ ...book, troubles: withoutStale(book, source) }, at, source);
}

function withoutStale({ troubles }: Book, source: string): Book['troubles'] {
  return without(troubles, (each) => each.source === source && each.cause === 'stale');
}

/** What a paused source cannot have: it asks nothing. */
function isTransient(cause: IncidentCause): boolean {
  return !isCounted(cause) && cause !== 'set-aside';
}

/** The source's upstream gave an answer that was stored, or proved that there is nothing. */
function proved(book: Book, source: string, at: number): Book {
  const service = book.sources.find(({ id }) => id === source)?.service ?? source;
  const answered = without(book.troubles, (each) => each.source === source && isUpstreams(each));
  // An engine that starts is told of no return of a network that was lost before it.
  const troubles = without(
    answered,
    (each) =>
      (each.cause === 'disk' && each.scope === 'store') || (each.cause === 'offline' && each.source === null),
  );
  const proofs = new Map([...book.proofs, [service, at]]);
  return { ...book, troubles: book.isCutOff ? begunAnew(troubles, at) : troubles, proofs, isCutOff: false };
}

/** One upstream answers: those that still fail have an outage of their own from now on. */
function begunAnew(troubles: Book['troubles'], at: number): Book['troubles'] {
  return new Map(
    [...troubles].map(([key, trouble]) => [
      key,
      trouble.cause === 'outage' ? { ...trouble, since: at, count: 1 } : trouble,
    ]),
  );
}

function onSetAside(book: Book, event: Extract<EngineEvent, { kind: 'set-aside' }>): Book {
  const { source, window, deaths, state, at } = event;
  const summary = `${source}: ${String(deaths)} engines died reading a page of ${window}; the rest goes on without it`;
  const sighting: Sighting = {
    cause: 'set-aside',
    scope: source,
    layer: 'page',
    source,
    summary,
    nextAttemptAt: null,
  };
  const noted = reckon(see(book, sighting, at), at);
  const incident = openIncidents(noted).find(({ cause, scope }) => cause === 'set-aside' && scope === source);
  const acted = incident === undefined ? noted : put(noted, withAction(incident, { at, what: DONE[state] }));
  if (state === 'set-aside' || state === 'tried-alone') return acted;
  const isIts = (each: Sighting): boolean => each.cause === 'set-aside' && each.scope === source;
  return { ...acted, troubles: without(acted.troubles, isIts) };
}

const DONE = {
  'set-aside': 'set aside: others go first',
  'tried-alone': 'tried once more, alone',
  'given-up': 'not read again: its window is narrowed, and what cannot be read is listed as a gap',
  settled: 'read after all',
} as const;

function see(book: Book, sighting: Sighting, at: number): Book {
  return { ...book, troubles: seen(book.troubles, sighting, at) };
}

function load(book: Book, { incidents, setAside, at }: Extract<BookInput, { type: 'loaded' }>): Book {
  const ids = new Set(book.sources.map(({ id }) => id));
  const open = incidents.filter(
    ({ recoveredAt, cause, scope }) => recoveredAt === null && (cause !== 'set-aside' || setAside.has(scope)),
  );
  const troubles = open
    .flatMap(troublesOf)
    .filter(({ cause, source }) => source === null || ids.has(source) || isCounted(cause))
    // An exit of long ago says nothing of how long this engine has lived: it has only begun.
    .map((trouble) => (isOfExits(trouble.cause) ? { ...trouble, seenAt: at } : trouble))
    .reduce(putDown, book.troubles);
  return { ...book, troubles, incidents: new Map(incidents.map((incident) => [incident.id, incident])) };
}

/** The whole store is counted, with sources that do not run: the counting ends it. */
function isCounted(cause: IncidentCause): boolean {
  return cause === 'gap' || cause === 'quarantine';
}

function countOf(
  book: Book,
  cause: 'gap' | 'quarantine',
  counts: ReadonlyMap<string, number>,
  at: number,
): Book {
  let troubles = without(
    book.troubles,
    (each) => each.cause === cause && (counts.get(each.source ?? '') ?? 0) === 0,
  );
  for (const [source, count] of counts) {
    if (count === 0) continue;
    const what =
      cause === 'gap'
        ? `${String(count)} missing, asked for again by itself`
        : `${String(count)} quarantined`;
    const summary = `${source}: ${what} (holdfast ${cause === 'gap' ? 'gaps' : 'quarantine'})`;
    const before = [...troubles.values()].find((each) => each.cause === cause && each.scope === source);
    const since = before?.since ?? at;
    troubles = putDown(troubles, {
      cause,
      scope: source,
      layer: 'page',
      source,
      summary,
      nextAttemptAt: null,
      since,
      seenAt: at,
      count,
    });
  }
  return { ...book, troubles };
}

/** A trouble of the store itself that lasts until the same place says that it is over. */
function ofStore(
  book: Book,
  cause: 'disk-forecast' | 'backup' | 'integrity',
  summary: string | null,
  at: number,
): Book {
  if (summary === null) return { ...book, troubles: without(book.troubles, (each) => each.cause === cause) };
  return see(
    book,
    { cause, scope: 'store', layer: 'storage', source: null, summary, nextAttemptAt: null },
    at,
  );
}

/** The disk of an output is not the store's: a commit says nothing about it. */
function onOutput(
  book: Book,
  { output, summary, nextAttemptAt, at }: Extract<BookInput, { type: 'output' }>,
): Book {
  const scope = `output ${output}`;
  if (summary === null)
    return {
      ...book,
      troubles: without(book.troubles, (each) => each.cause === 'disk' && each.scope === scope),
    };
  return see(book, { cause: 'disk', scope, layer: 'storage', source: null, summary, nextAttemptAt }, at);
}

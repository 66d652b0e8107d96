import { formatDuration } from '@holdfast/resilience/clock';
import type { EngineEvent } from '../../model/event.ts';
import type { Incident } from '../../model/incident.ts';
import type { Book } from './book.ts';
import { openIncidents, put, settleLater } from './reckon.ts';
import { withAction } from '../../model/with-action.ts';
import { seen, without } from './trouble.ts';

type MachineEvent = Extract<EngineEvent, { kind: 'machine' }>;

/** A shorter sleep or stop, or a smaller step of the clock, is no incident, ms. */
const WORTH_TELLING_MS = 10_000;

/** What the machine does to the book: sleeps and steps are over when they are known; a lost network lasts. */
export function fromMachine(book: Book, event: MachineEvent): Book {
  const { change, at, ms, message } = event;
  const length = Math.abs(ms ?? 0);
  switch (change) {
    case 'woke':
    case 'paused':
      return length < WORTH_TELLING_MS ? book : acted(past(book, event, 'asleep', at - length), at, message);
    case 'clock-step':
      return length < WORTH_TELLING_MS ? book : past(book, event, 'clock-step', at);
    case 'network-down':
      return {
        ...book,
        troubles: seen(
          book.troubles,
          {
            cause: 'offline',
            scope: 'machine',
            layer: 'machine',
            source: null,
            summary: message,
            nextAttemptAt: null,
          },
          at,
        ),
      };
    case 'network-up':
    case 'network-changed':
      return acted(
        {
          ...book,
          troubles: without(book.troubles, ({ cause, source }) => cause === 'offline' && source === null),
        },
        at,
        'connections dropped and everything tried again: the network has changed',
      );
    case 'falling-asleep':
      return book;
  }
}

/** An incident that was over when it was noticed. */
function past(book: Book, event: MachineEvent, cause: 'asleep' | 'clock-step', startedAt: number): Book {
  const { at, message } = event;
  const ofMachine = cause === 'asleep' ? book.sources.map(({ id }) => id) : [];
  const incident: Incident = {
    id: `${cause}:machine:${String(startedAt)}`,
    cause,
    scope: 'machine',
    layer: 'machine',
    summary: message,
    sources: ofMachine,
    startedAt,
    detectedAt: at,
    recoveredAt: at,
    count: 1,
    actions: cause === 'asleep' ? [{ at, what: `woke after ${formatDuration(at - startedAt)}` }] : [],
    nextAttemptAt: null,
    recordsAffected: 0,
  };
  return settleLater(put(book, incident), incident, at);
}

/** Notes with every open incident of an upstream or the network what was done about it. */
function acted(book: Book, at: number, what: string): Book {
  return openIncidents(book)
    .filter(({ cause }) => cause === 'outage' || cause === 'offline' || cause === 'captive-portal')
    .reduce((next, incident) => put(next, withAction(incident, { at, what })), book);
}

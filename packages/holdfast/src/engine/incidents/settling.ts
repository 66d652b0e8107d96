import type { EngineEvent } from '../../model/event.ts';
import type { Book } from './book.ts';
import { put } from './reckon.ts';

/**
 * Records affected by an incident: those that its sources committed, new or changed, from its recovery until each has
 * caught up (it waits for its next poll, or its run has ended), for an hour at most.
 */
export function countLate(book: Book, event: Extract<EngineEvent, { kind: 'commit' }>): Book {
  const { source, inserted, updated } = event;
  const late = inserted + updated;
  if (late === 0) return book;
  return book.settling
    .filter(({ sources }) => sources.has(source))
    .reduce((next, { id }) => {
      const incident = next.incidents.get(id);
      return incident === undefined
        ? next
        : put(next, { ...incident, recordsAffected: incident.recordsAffected + late });
    }, book);
}

/** Ends the counting that has lasted for too long, and that of a source that has caught up; what is settled is let go. */
export function endSettling(book: Book, at: number, source?: string): Book {
  if (book.settling.length === 0) return book;
  const settling = book.settling
    .filter(({ until }) => at < until)
    .map((each) =>
      source !== undefined && each.sources.has(source)
        ? { ...each, sources: new Set([...each.sources].filter((id) => id !== source)) }
        : each,
    )
    .filter(({ sources }) => sources.size > 0);
  return { ...book, settling };
}

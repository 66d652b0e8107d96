import type { JsonValue } from '@holdfast/resilience';
import { HoldfastError } from '../../model/error.ts';
import type { IncidentCause } from '../../model/incident.ts';
import type { AlertMessage } from './message.ts';

/**
 * Where an alert stands. `told`: its opening is in the outbox and its cause lasts. `over`: its recovery is too; what
 * comes back within the time for flapping is counted here and not told at once. Instants are wall ms.
 */
export type AlertState =
  | { readonly kind: 'told' }
  | {
      readonly kind: 'over';
      /** End of the last return, or of the alert. */
      readonly at: number;
      readonly returns: number;
      /** Incidents that were counted. */
      readonly seen: readonly string[];
      /** When the present return began; null while all is well. */
      readonly back: number | null;
    };

/** One cause that was told, with everything it has touched. */
export interface Alert {
  /** Id of its first incident. */
  readonly id: string;
  readonly cause: IncidentCause;
  readonly scopes: readonly string[];
  readonly incidents: readonly string[];
  readonly since: number;
  readonly toldAt: number;
  readonly state: AlertState;
}

/** A message and to which channels it still has to go. */
export interface Queued {
  readonly message: AlertMessage;
  readonly queuedAt: number;
  /** By key of the channel: when it was delivered, wall ms; null while it is due. */
  readonly deliveries: Readonly<Record<string, number | null>>;
}

/** The durable memory of alerts: what was told, and what is still to be delivered, oldest first. */
export interface Book {
  readonly version: 1;
  readonly alerts: readonly Alert[];
  readonly outbox: readonly Queued[];
  /** Keys of the channels at the last look; a book of an older version does not name them. */
  readonly channels?: readonly string[];
  /** Messages that were given up undelivered because the outbox was full or they were too old. */
  readonly dropped: number;
}

/** Nothing was told yet. */
export const EMPTY_BOOK: Book = { version: 1, alerts: [], outbox: [], dropped: 0 };

/** The key of the book in its state store. */
export const BOOK_KEY = 'alerts';

/** @throws HoldfastError `ERR_ALERTS_NEWER` when a newer version wrote it. */
export function readBook(value: JsonValue | undefined): Book {
  if (value === undefined) return EMPTY_BOOK;
  const book = value as unknown as Book;
  if (book.version === 1) return book;
  throw new HoldfastError('ERR_ALERTS_NEWER', 'The memory of alerts was written by another version.', {
    hint: 'Use the version that wrote it, or remove the folder "alerts" in the data folder: open causes are then told again.',
  });
}

/** The value to keep for a book; the very value that was there when nothing changed, so that nothing is written. */
export function writeBook(book: Book, current: JsonValue | undefined): JsonValue {
  const text = JSON.stringify(book);
  return current !== undefined && JSON.stringify(current) === text
    ? current
    : (JSON.parse(text) as JsonValue);
}

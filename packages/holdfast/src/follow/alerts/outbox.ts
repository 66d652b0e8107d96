import type { Book, Queued } from './book.ts';
import type { AlertMessage } from './message.ts';

/** Delivered messages are forgotten after so many ms; those that could not be delivered are given up. */
const KEPT_MS = 30 * 86_400_000;
/** Bound on messages; the oldest delivered ones go first. */
const MOST_MESSAGES = 500;

/** The book with messages that have to go to these channels. An id that was used before gets a number. */
export function queued(
  book: Book,
  messages: readonly AlertMessage[],
  channels: readonly string[],
  now: number,
): Book {
  if (channels.length === 0 || messages.length === 0) return book;
  const outbox = [...book.outbox];
  for (const message of messages) {
    outbox.push({
      message: { ...message, id: unusedId(message.id, outbox) },
      queuedAt: now,
      deliveries: Object.fromEntries(channels.map((key) => [key, null])),
    });
  }
  return { ...book, outbox };
}

/** An engine may open an incident again under its old id: that is another message, not a repeat. */
function unusedId(id: string, outbox: readonly Queued[]): string {
  const used = new Set(outbox.map(({ message }) => message.id));
  if (!used.has(id)) return id;
  const at = id.lastIndexOf(':');
  for (let number = 2; ; number += 1) {
    const candidate = `${id.slice(0, at)}.${number}${id.slice(at)}`;
    if (!used.has(candidate)) return candidate;
  }
}

/** The messages that a channel has not delivered, oldest first. */
export function allPending({ outbox }: Book, channel: string): readonly AlertMessage[] {
  return outbox.filter(({ deliveries }) => deliveries[channel] === null).map(({ message }) => message);
}

/** How many messages a channel has not delivered. */
export function pendingCount({ outbox }: Book, channel: string): number {
  return outbox.filter(({ deliveries }) => deliveries[channel] === null).length;
}

/** When a channel last delivered something, wall ms; null when it has not. */
export function lastDelivery({ outbox }: Book, channel: string): number | null {
  const at = outbox.map(({ deliveries }) => deliveries[channel]).filter((each) => typeof each === 'number');
  return at.length === 0 ? null : Math.max(...at);
}

/** The book after a channel has delivered a message. */
export function delivered(book: Book, id: string, channel: string, at: number): Book {
  return {
    ...book,
    outbox: book.outbox.map((entry) =>
      entry.message.id === id ? { ...entry, deliveries: { ...entry.deliveries, [channel]: at } } : entry,
    ),
  };
}

/** The book without messages to channels that are no longer configured. */
export function onlyFor(book: Book, channels: readonly string[]): Book {
  const outbox = book.outbox.map((entry) => ({
    ...entry,
    deliveries: Object.fromEntries(
      Object.entries(entry.deliveries).filter(([key, at]) => at !== null || channels.includes(key)),
    ),
  }));
  return { ...book, outbox };
}

/** The book within its bounds. */
export function pruned(book: Book, now: number): Book {
  const young = book.outbox.filter(({ queuedAt }) => now - queuedAt < KEPT_MS);
  const excess = Math.max(0, young.length - MOST_MESSAGES);
  const settledFirst = [...young.filter(isSettled), ...young.filter((entry) => !isSettled(entry))];
  const gone = new Set(settledFirst.slice(0, excess));
  const outbox = young.filter((entry) => !gone.has(entry));
  const given = book.outbox.filter((entry) => !outbox.includes(entry) && !isSettled(entry)).length;
  return { ...book, outbox, dropped: book.dropped + given };
}

function isSettled({ deliveries }: Queued): boolean {
  return Object.values(deliveries).every((at) => at !== null);
}

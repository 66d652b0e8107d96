import type { StateStore } from '@holdfast/resilience';
import type { AlertChannel } from '../../config/config.ts';
import { BOOK_KEY, readBook } from './book.ts';
import { channelKey, channelName } from './channel-name.ts';

/** A message of the outbox, as `alert list` shows it. */
export interface OutboxRow {
  readonly id: string;
  readonly title: string;
  /** ISO 8601. */
  readonly queuedAt: string;
  /** Channels that have it, and those that it still has to go to. */
  readonly delivered: readonly string[];
  readonly due: readonly string[];
}

/** What the outbox holds, oldest first. */
export async function pendingMessages(
  state: StateStore,
  channels: readonly AlertChannel[],
): Promise<readonly OutboxRow[]> {
  const names = new Map(channels.map((channel) => [channelKey(channel), channelName(channel)]));
  const { outbox } = readBook(await state.get(BOOK_KEY));
  return outbox.map(({ message, queuedAt, deliveries }) => {
    const of = (done: boolean): string[] =>
      Object.entries(deliveries)
        .filter(([, at]) => (at !== null) === done)
        .map(([key]) => names.get(key) ?? key);
    return {
      id: message.id,
      title: message.title,
      queuedAt: new Date(queuedAt).toISOString(),
      delivered: of(true),
      due: of(false),
    };
  });
}

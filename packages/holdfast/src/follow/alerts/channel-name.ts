import { createHash } from 'node:crypto';
import type { AlertChannel } from '../../config/config.ts';

/** A stable key of a channel in the outbox; it tells nothing of what the channel's address may hold in secret. */
export function channelKey(channel: AlertChannel): string {
  const text = JSON.stringify(channel, Object.keys(channel).toSorted());
  return `${channel.type}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** A channel for people, without what its address may hold in secret. */
export function channelName(channel: AlertChannel): string {
  switch (channel.type) {
    case 'webhook':
      return `webhook ${new URL(channel.url).host}`;
    case 'command':
      return `command ${channel.command[0] ?? ''}`;
    case 'desktop':
      return 'desktop';
    case 'email':
      return `email ${channel.to.join(', ')}`;
  }
}

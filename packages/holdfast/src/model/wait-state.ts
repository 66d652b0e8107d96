import type { SourceStateName, WaitNotice } from './event.ts';

/**
 * What a wait makes of its source, wherever one is shown; null where nothing keeps it from asking but its turn or
 * its plan. A circuit that is open is our own pause: only an upstream that shuts us out is `blocked`.
 */
export function stateDuring({ why, reason }: Pick<WaitNotice, 'why' | 'reason'>): SourceStateName | null {
  switch (why) {
    case 'cooldown':
      return reason.startsWith('blocked: ') ? 'blocked' : 'throttled';
    case 'retry-after':
      return 'throttled';
    case 'backoff':
    case 'circuit':
    case 'disk':
      return 'waiting';
    case 'offline':
      return 'offline';
    case 'interval':
    case 'poll':
    case 'confirm':
    case 'gap':
      return null;
  }
}

import type { Wait } from '@holdfast/resilience';
import { codeOf } from '../ingest/fetcher.ts';
import type { WaitNotice } from '../model/event.ts';

const WHY = {
  backoff: 'backoff',
  circuit: 'circuit',
  budget: 'backoff',
  cooldown: 'cooldown',
  'retry-after': 'retry-after',
  interval: 'interval',
  turn: 'interval',
  rate: 'interval',
  queue: 'interval',
  offline: 'offline',
} as const satisfies Record<Wait['kind'], WaitNotice['why']>;

const SENTENCES: Record<WaitNotice['why'], string> = {
  interval: 'the upstream wants a pause between requests',
  backoff: 'our own pause before the next try',
  'retry-after': 'the upstream asked us to wait',
  cooldown: 'the upstream throttled us without naming a time',
  circuit: 'the upstream failed several times in a row',
  offline: 'no network',
  poll: 'waits for the next poll',
  disk: 'the disk does not let us write',
  confirm: 'an end is confirmed',
  gap: 'a gap is tried again',
};

/** A wait of a policy or gate, as everybody is told of it. `offline`: this machine has no network. */
export function noticeOf(wait: Wait, offline = false): WaitNotice {
  const why = whyOf(wait, offline);
  const message = wait.error instanceof Error ? wait.error.message : undefined;
  const hint = (wait.error as { hint?: unknown } | undefined)?.hint;
  return {
    why,
    reason: [
      wait.reason ?? message ?? SENTENCES[why],
      wait.raw === undefined ? null : `(Retry-After: ${wait.raw.slice(0, 80)})`,
    ]
      .filter((text) => text !== null)
      .join(' '),
    until: wait.until === undefined ? null : Math.ceil(wait.until),
    attempt: wait.attempt,
    error:
      wait.error === undefined
        ? null
        : {
            code: codeOf(wait.error),
            message: message ?? SENTENCES[why],
            hint: typeof hint === 'string' ? hint : '',
          },
  };
}

function whyOf({ kind, verdict }: Wait, offline: boolean): WaitNotice['why'] {
  if (verdict?.category === 'local') return 'disk';
  if (verdict?.category === 'dns') return 'offline';
  return offline && (kind === 'backoff' || kind === 'circuit') ? 'offline' : WHY[kind];
}

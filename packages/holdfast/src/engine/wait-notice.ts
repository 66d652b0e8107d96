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
  paused: 'paused by a person',
};

/** A wait of a policy or gate, as everybody is told of it. */
export function noticeOf(wait: Wait): WaitNotice {
  const why =
    wait.verdict?.category === 'local'
      ? 'disk'
      : wait.verdict?.category === 'dns'
        ? 'offline'
        : WHY[wait.kind];
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

import type { Harvester } from '../ingest/harvester.ts';
import type { SourceStateName, WaitNotice } from '../model/event.ts';
import { stateDuring } from '../model/wait-state.ts';

/** How a source stands now, as `status` shows it with and without an engine. Instants are wall ms. */
export interface SourceNow {
  readonly state: SourceStateName;
  readonly reason: string;
  readonly nextAttemptAt: number | null;
  readonly attempt: number;
}

/** A wait that holds the source up names its state and reason; its turn at the gate says nothing that is worth showing. */
export function sourceNow({ state, reason, wait }: Pick<Harvester, 'state' | 'reason' | 'wait'>): SourceNow {
  const held = wait === null ? null : stateDuring(wait);
  return {
    state: held ?? state,
    reason: wait !== null && (held !== null || wait.why === 'confirm') ? wait.reason : reason,
    nextAttemptAt: wait?.until ?? null,
    attempt: wait?.attempt ?? 0,
  };
}

/** Whether a source is behind because of its upstream or the network, and not because of our own disk. */
export function isOutage(source: {
  readonly state: SourceStateName;
  readonly wait: WaitNotice | null;
}): boolean {
  return source.wait?.why !== 'disk' && OUTAGE.includes(source.state);
}

const OUTAGE: readonly SourceStateName[] = ['waiting', 'throttled', 'blocked', 'offline', 'auth-needed'];

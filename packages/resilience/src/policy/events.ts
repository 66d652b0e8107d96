import type { Verdict } from '../classify/verdict.ts';
import type { StopReason } from './pipeline/failure.ts';
import { notify } from '../clock/notify.ts';
import type { WaitKind } from './pipeline/wait.ts';

/**
 * Everything a policy or breaker decides, as data. Built only when somebody listens. `run` is the same number in all
 * events of one run, and in no other's of this process.
 */
export type PolicyEvent =
  | { readonly type: 'attempt'; readonly policy: string; readonly run: number; readonly attempt: number }
  | {
      readonly type: 'success';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'failure';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly durationMs: number;
      readonly verdict: Verdict;
      readonly error: unknown;
    }
  | {
      readonly type: 'timeout';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly code: string;
    }
  | {
      readonly type: 'wait';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly kind: WaitKind;
      readonly delayMs: number;
      readonly verdict?: Verdict;
    }
  | {
      readonly type: 'retry';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly verdict: Verdict;
    }
  | {
      readonly type: 'give-up';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly stopReason: StopReason;
      readonly error: unknown;
      readonly retryAfterMs?: number;
    }
  | {
      readonly type: 'late';
      readonly policy: string;
      readonly run: number;
      readonly attempt: number;
      readonly outcome: 'fulfilled' | 'rejected';
      readonly error?: unknown;
    }
  | {
      readonly type: 'breaker';
      readonly breaker: string;
      readonly from: 'closed' | 'open' | 'half-open';
      readonly to: 'closed' | 'open' | 'half-open';
    };

/** Told of events as they happen; what it throws becomes a process warning. */
export type OnEvent = (event: PolicyEvent) => void;

/** Hands an event to a listener. */
export function emit(listener: OnEvent, event: PolicyEvent): void {
  notify(listener, event);
}

let runs = 0;

/** The number of a run: counted from 1 over the whole process, when its first event is built. */
export function nextRun(): number {
  runs += 1;
  return runs;
}

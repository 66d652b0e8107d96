import type { Verdict } from '../classify/verdict.ts';
import type { Loss, LossReport } from './loss.ts';
import type { SessionState } from './session-state.ts';

/** Everything a session decides, as data. */
export type SessionEvent =
  | {
      readonly type: 'state';
      readonly session: string;
      readonly from: SessionState;
      readonly to: SessionState;
    }
  | {
      readonly type: 'opened';
      readonly session: string;
      readonly generation: number;
      readonly how: 'open' | 'reattach';
      readonly durationMs: number;
    }
  | {
      readonly type: 'open-failed';
      readonly session: string;
      readonly generation: number;
      readonly attempt: number;
      readonly stage: 'reattach' | 'open' | 'login' | 'probe';
      readonly verdict: Verdict;
      readonly error: unknown;
    }
  | {
      readonly type: 'wait';
      readonly session: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly verdict: Verdict;
    }
  | { readonly type: 'lost'; readonly session: string; readonly loss: Loss }
  | {
      readonly type: 'view-lost';
      readonly session: string;
      readonly generation: number;
      readonly report: LossReport;
    }
  | {
      readonly type: 'login';
      readonly session: string;
      readonly reason: string;
      readonly outcome: 'ok' | 'failed' | 'needs-human';
      readonly error?: unknown;
    }
  | {
      readonly type: 'probe';
      readonly session: string;
      readonly why: string;
      readonly outcome: 'ok' | 'failed' | 'timeout';
      readonly durationMs: number;
    }
  | {
      readonly type: 'snapshot';
      readonly session: string;
      readonly outcome: 'saved' | 'failed';
      readonly error?: unknown;
    }
  | {
      readonly type: 'close-failed';
      readonly session: string;
      readonly generation: number;
      readonly error: unknown;
    };

/** Told of events as they happen; what it throws becomes a process warning. */
export type OnSessionEvent = (event: SessionEvent) => void;

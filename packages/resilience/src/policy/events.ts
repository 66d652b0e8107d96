import type { Category, Verdict } from '../classify/verdict.ts';
import { publish } from '../events/publish.ts';
import type { Excuse, StopReason } from './pipeline/failure.ts';
import type { WaitKind } from './pipeline/wait.ts';

/** What all events of one run carry. */
interface OfRun {
  readonly policy: string;
  /** The same number in all events of one run, and in no other's of this process. */
  readonly run: number;
  /** The attempt that it is about; 0 before the first. */
  readonly attempt: number;
}

/** Everything that a policy and its parts decide, as data. Built only when somebody listens. */
export type PolicyEvent =
  | (OfRun & { readonly type: 'attempt' })
  | (OfRun & { readonly type: 'success'; readonly durationMs: number })
  | (OfRun & {
      readonly type: 'failure';
      readonly category: Category;
      readonly durationMs: number;
      readonly verdict: Verdict;
      readonly error: unknown;
      /** Why it counts neither as an attempt nor as evidence. */
      readonly excused?: Excuse;
    })
  | (OfRun & { readonly type: 'timeout'; readonly code: string })
  /** No progress for so long; with `mode: 'warn'` the attempt goes on. */
  | (OfRun & { readonly type: 'stall'; readonly mode: 'warn' | 'enforce'; readonly afterMs: number })
  | (OfRun & {
      readonly type: 'wait';
      readonly kind: WaitKind;
      /** 0 when nobody knows (`offline`, `queue`). */
      readonly delayMs: number;
      readonly category?: Category;
      readonly verdict?: Verdict;
    })
  | (OfRun & {
      readonly type: 'retry';
      readonly category: Category;
      /** The wait that was planned before it. */
      readonly delayMs: number;
      readonly verdict: Verdict;
    })
  | (OfRun & {
      readonly type: 'give-up';
      readonly stopReason: StopReason;
      readonly error: unknown;
      readonly retryAfterMs?: number;
    })
  /** What the run gives instead of its error. */
  | (OfRun & { readonly type: 'fallback'; readonly error: unknown })
  /** A further copy of the attempt started beside it: 1 for the first further one. */
  | (OfRun & { readonly type: 'hedge'; readonly copy: number })
  /** A call joined one under way with the same key instead of running itself. */
  | { readonly type: 'coalesced'; readonly policy: string; readonly key: string }
  /** An attempt that nobody waited for any more settled after all. */
  | (OfRun & { readonly type: 'late'; readonly outcome: 'fulfilled' | 'rejected'; readonly error?: unknown })
  /** A result that nobody took was given to `dispose`. */
  | (OfRun & { readonly type: 'discarded' })
  | {
      readonly type: 'breaker';
      readonly breaker: string;
      readonly from: CircuitMode;
      readonly to: CircuitMode;
    }
  /** An adaptive limit of concurrency changed. */
  | { readonly type: 'limit'; readonly limit: string; readonly from: number; readonly to: number };

/** The modes of a circuit that events tell. */
export type CircuitMode = 'closed' | 'open' | 'half-open' | 'isolated';

/** Told of events as they happen; what it throws becomes a process warning. */
export type OnEvent = (event: PolicyEvent) => void;

/** Publishes an event of a policy or one of its parts. Ask `isHeard(onEvent)` before it is built. */
export function emit(listener: OnEvent | undefined, event: PolicyEvent): void {
  publish('policy', event, listener);
}

let runs = 0;

/** The number of a run: counted from 1 over the whole process, when its first event is built. */
export function nextRun(): number {
  runs += 1;
  return runs;
}

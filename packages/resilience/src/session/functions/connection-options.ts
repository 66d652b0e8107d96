import type { Category, Verdict } from '../../classify/verdict.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../clock/random.ts';
import type { Backoff } from '../../policy/backoff/backoff.ts';
import type { Breaker } from '../../policy/breaker/breaker.ts';
import type { PolicyEvent } from '../../policy/events.ts';
import type { SupervisedSession } from '../supervised-session.ts';
import type { ConnectionMetrics, MetricsCollector } from './connection-metrics.ts';

/** What a recovery is told. */
export interface RecoveryContext {
  /** The attempt that failed: 1 for the first. */
  readonly attempt: number;
  readonly verdict: Verdict;
  readonly error: unknown;
  /** Aborts when every call that waits for this recovery has been given up. */
  readonly signal: AbortSignal;
}

/** How one recovery went. */
export interface RecoveryEvent {
  readonly type: 'recovery';
  readonly policy: string;
  readonly attempt: number;
  /** `joined`: another call's recovery was under way. `already`: another call's had ended since this attempt began. */
  readonly outcome: 'recovered' | 'joined' | 'already' | 'failed';
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly error?: unknown;
}

/** Everything that happens to a call, as data; `wait` has the real delays. */
export type ConnectionEvent = PolicyEvent | RecoveryEvent;

/** How calls survive the loss of what they need. Every part is optional. */
export interface ConnectionOptions {
  /** Names it in events, in the list of what keeps the machine awake, and in the report; default the function's. */
  readonly name?: string;
  /** Most recoveries of one call, over all kinds of failure; default 3, so that it runs four times at most. */
  readonly maxAttempts?: number;
  /**
   * The session that the function works with: it runs with a lease (see `currentLease`), and again with one of the
   * next generation. The session itself reopens, restores and logs in, once for all calls.
   */
  readonly session?: SupervisedSession<unknown>;
  /**
   * Brings back what was lost, after the wait and before the next attempt. Runs once for all calls of one function
   * that fail at the same time. What it throws is a failed attempt of its own and is tried again within the budget.
   */
  readonly recover?: (context: RecoveryContext) => Promise<void>;
  /**
   * Waits between attempts: one for all, or by category, where naming a category also has it tried again. By default
   * full jitter, at most 2, 4, 8 s … 1 min; after a timeout twice, after throttling fifteen times as long (never less
   * than the upstream asked for); 200 ms … 10 s when a session does the recovery. tls, local, permanent, defect and
   * unknown failures are not tried again by default.
   */
  readonly backoff?: Backoff | Partial<Record<Category | 'default', Backoff>>;
  /** What an error means, such as `classifyPlaywright`; undefined leaves it to the general table. */
  readonly classify?: (error: unknown) => Verdict | undefined;
  readonly breaker?: Breaker;
  /** Held while a call runs, each call with a hold of its own. See `keepAwake` of `@holdfast/resilience/awake`. */
  readonly keepAwake?: { acquire(reason: string): Promise<{ release(): Promise<void> }> };
  /** Ends the calls; they reject with its reason, by identity. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly onEvent?: (event: ConnectionEvent) => void;
  /** Told of each call when it has ended, however it ended. `connectionReport` makes text of it. */
  readonly onReport?: (call: ConnectionMetrics) => void;
  /** Adds the calls of several functions up. */
  readonly metrics?: MetricsCollector;
}

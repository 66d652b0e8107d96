import type { EngineEvent } from '../model/event.ts';
import type { RestartReason } from '../model/engine-message.ts';

/** What the supervisor itself tells, beside the engine's events. Instants are wall ms. */
export type SupervisorEvent =
  | {
      readonly kind: 'engine-started';
      readonly at: number;
      readonly pid: number | null;
      readonly starts: number;
    }
  | {
      readonly kind: 'engine-exited';
      readonly at: number;
      readonly code: number | null;
      readonly signal: string | null;
      readonly reason: RestartReason;
      readonly restartInMs: number;
    }
  /** Too many exits in a minute: nothing is started before `until`. */
  | {
      readonly kind: 'cooling-down';
      readonly at: number;
      readonly until: number;
      readonly reason: RestartReason;
    }
  /** No heartbeat for longer than the watchdog allows. */
  | { readonly kind: 'engine-hung'; readonly at: number; readonly silentMs: number }
  /** The engine is asked to end; `force` kills it. */
  | { readonly kind: 'stopping'; readonly at: number; readonly force: boolean }
  /** The engine has ended its work; `code` is the public exit code that it asks for, `summary` says why. */
  | { readonly kind: 'ended'; readonly at: number; readonly code: number; readonly summary: string };

/** Everything a run can tell. */
export type RunEvent = EngineEvent | SupervisorEvent;

import type { RestartReason } from '../model/engine-message.ts';
import type { EngineEvent } from '../model/event.ts';

/** What the supervisor tells of the main child, the engine. Instants are wall ms. */
export type MainChildEvent =
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

/** What the supervisor tells of an auxiliary child, or of any child alike. Instants are wall ms. */
export type ChildEvent =
  | {
      readonly kind: 'child-started';
      readonly at: number;
      readonly child: string;
      readonly pid: number | null;
    }
  | {
      readonly kind: 'child-exited';
      readonly at: number;
      readonly child: string;
      readonly code: number | null;
      readonly signal: string | null;
      readonly reason: RestartReason;
      readonly restartInMs: number;
      readonly coolingDown: boolean;
    }
  | { readonly kind: 'child-hung'; readonly at: number; readonly child: string; readonly silentMs: number }
  /** A child is ended gracefully to be started anew. */
  | {
      readonly kind: 'recycling';
      readonly at: number;
      readonly child: string;
      readonly reason: RestartReason;
    };

/** What the supervisor itself tells, beside the events of its children. */
export type SupervisorEvent = MainChildEvent | ChildEvent;

/** Everything a run can tell. */
export type RunEvent = EngineEvent | SupervisorEvent;

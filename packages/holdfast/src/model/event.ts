import type { MachineChange } from './machine-status.ts';

/** Source states as `status` shows them (see DESIGN). */
export type SourceStateName =
  | 'ok'
  | 'catching-up'
  | 'waiting'
  | 'throttled'
  | 'blocked'
  | 'auth-needed'
  | 'offline'
  | 'asleep'
  | 'stale'
  | 'paused'
  | 'disabled';

/** Why something waits: shown everywhere, never only logged. */
export interface WaitNotice {
  readonly why:
    | 'interval'
    | 'backoff'
    | 'retry-after'
    | 'cooldown'
    | 'circuit'
    | 'offline'
    | 'poll'
    | 'disk'
    | 'confirm'
    | 'gap';
  /** A sentence for a person. */
  readonly reason: string;
  /** Wall ms; null when it is not known. */
  readonly until: number | null;
  readonly attempt: number;
  /** The current error, if one is the cause. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** What the engine tells whoever watches it: plain data, safe to send over a channel. */
export type EngineEvent =
  | {
      readonly kind: 'ready';
      readonly at: number;
      readonly pid: number;
      readonly store: string;
      readonly sources: readonly string[];
    }
  | { readonly kind: 'request'; readonly at: number; readonly source: string; readonly url: string }
  | {
      readonly kind: 'commit';
      readonly at: number;
      readonly source: string;
      readonly window: string;
      readonly look: number;
      readonly inserted: number;
      readonly updated: number;
      readonly unchanged: number;
      readonly restamped: number;
      readonly quarantined: number;
      readonly missing: number;
    }
  | {
      readonly kind: 'window';
      readonly at: number;
      readonly source: string;
      readonly window: string;
      readonly look: number;
      readonly state: 'SEALED' | 'VERIFIED' | 'GAP' | 'SPLIT' | 'TAIL';
      readonly reason: string;
    }
  | { readonly kind: 'wait'; readonly at: number; readonly source: string; readonly wait: WaitNotice }
  | {
      readonly kind: 'state';
      readonly at: number;
      readonly source: string;
      readonly state: SourceStateName;
      readonly reason: string;
    }
  | {
      readonly kind: 'retry';
      readonly at: number;
      readonly source: string;
      readonly attempt: number;
      readonly code: string;
      readonly message: string;
      readonly delayMs: number;
    }
  | {
      readonly kind: 'gap';
      readonly at: number;
      readonly source: string;
      readonly key: string;
      readonly state: 'open' | 'closed' | 'confirmed-absent';
      readonly reason: string;
    }
  | {
      readonly kind: 'quarantine';
      readonly at: number;
      readonly source: string;
      readonly id: string | null;
      readonly code: string;
      readonly reason: string;
    }
  /** The machine slept, stopped us, stepped its clock or changed its network. */
  | {
      readonly kind: 'machine';
      readonly at: number;
      readonly change: MachineChange;
      /** How long it slept or was stopped, or how far its clock stepped (with its sign), ms; null = not known. */
      readonly ms: number | null;
      /** A sentence for a person. */
      readonly message: string;
    }
  /** A page on which engines died: the rest of its source goes on without it. */
  | {
      readonly kind: 'set-aside';
      readonly at: number;
      readonly source: string;
      readonly window: string;
      readonly deaths: number;
      readonly state: 'set-aside' | 'tried-alone' | 'given-up' | 'settled';
    }
  /** Something a person should read once: missing contact, moved base URL. */
  | {
      readonly kind: 'notice';
      readonly at: number;
      readonly source: string | null;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    }
  | {
      readonly kind: 'done';
      readonly at: number;
      readonly source: string;
      readonly caughtUp: boolean;
      readonly reason: string;
    };

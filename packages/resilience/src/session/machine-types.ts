import type { Verdict } from '../classify/verdict.ts';
import type { Loss } from './loss.ts';
import type { HumanRequest } from './needs-human-error.ts';

/** The two clocks that the machine reasons with: wall time to show, boot time to measure. In ms. */
export interface Instant {
  readonly wall: number;
  readonly boot: number;
}

/** Where one try, or the wait before the next one, stands. */
export type Step =
  | { readonly name: 'trying' }
  | { readonly name: 'waiting'; readonly due: Instant }
  /** A recycled resource waits until its leases are back. */
  | { readonly name: 'retiring' };

/** The making of a generation: the first (opening) or a later one (recovering). */
export interface Course {
  readonly kind: 'course';
  /** The one that is being made. */
  readonly generation: number;
  readonly attempt: number;
  readonly loss: Loss | null;
  readonly step: Step;
  /** The one try after an open circuit: when it fails, the circuit opens again. */
  readonly trial: boolean;
}

/** What the session does at the moment. */
export type Mode =
  | { readonly kind: 'idle' }
  | Course
  | { readonly kind: 'ready'; readonly generation: number; readonly since: number }
  | {
      readonly kind: 'suspect';
      readonly generation: number;
      readonly since: number;
      readonly why: string;
      /** What settles it: an answer to a probe, or a login. */
      readonly by: 'probe' | 'login';
      readonly due?: Instant;
    }
  | {
      readonly kind: 'needs-human';
      readonly request: HumanRequest;
      readonly since: number;
      /** What goes on afterwards. */
      readonly next: Course | { readonly kind: 'login'; readonly generation: number; readonly since: number };
    }
  | {
      readonly kind: 'open-circuit';
      readonly reason: string;
      readonly cause: unknown;
      readonly retry: Instant;
      readonly attempt: number;
      readonly loss: Loss | null;
    }
  | { readonly kind: 'draining' }
  | { readonly kind: 'closed' };

/** What is remembered from one mode to the next. */
export interface Memory {
  /** The last published generation; 0 before the first. */
  readonly generation: number;
  readonly publishedAt: number;
  /** Tries and logins that failed since a generation was stable. */
  readonly failures: number;
  /** Open circuits since a generation was stable. */
  readonly circuits: number;
  /** Boot times at which recoveries began, within the time of the budget. */
  readonly recoveries: readonly number[];
}

/** The whole machine. */
export interface Machine {
  readonly mode: Mode;
  readonly memory: Memory;
}

/** Figures that transitions depend on. */
export interface MachineRules {
  readonly attempts: number;
  readonly budget: { readonly max: number; readonly perMs: number };
  readonly stableAfterMs: number;
  readonly circuitOpenMs: number;
}

/** A try or a login that failed. */
export interface Failed {
  readonly verdict: Verdict;
  readonly error: unknown;
  /** Wait before the next one, if there is one. */
  readonly delayMs: number;
  /** Set when our own budget of logins refused it, so that nothing was tried. */
  readonly refusedUntil?: number;
}

/** What happens to a session. */
export type Input =
  | { readonly type: 'wanted' }
  | { readonly type: 'published'; readonly generation: number }
  | { readonly type: 'try-failed'; readonly failed: Failed }
  | { readonly type: 'due' }
  | { readonly type: 'woke' }
  | { readonly type: 'lost'; readonly loss: Loss }
  | { readonly type: 'doubted'; readonly generation: number; readonly why: string }
  | { readonly type: 'answered'; readonly generation: number }
  | { readonly type: 'login-expired'; readonly generation: number; readonly reason: string }
  | { readonly type: 'logged-in'; readonly generation: number }
  | { readonly type: 'login-failed'; readonly generation: number; readonly failed: Failed }
  | { readonly type: 'human-needed'; readonly request: HumanRequest }
  | { readonly type: 'resumed' }
  | { readonly type: 'recycle'; readonly reason: string }
  | { readonly type: 'retired' }
  | { readonly type: 'drain' }
  | { readonly type: 'closed' };

/** What has to be done because of an input. */
export type Effect =
  | { readonly type: 'try'; readonly course: Course }
  | { readonly type: 'wait'; readonly ms: number; readonly attempt: number; readonly verdict: Verdict }
  | { readonly type: 'publish'; readonly generation: number }
  | { readonly type: 'probe'; readonly why: string }
  | { readonly type: 'login'; readonly reason: string; readonly check: boolean }
  /** Count the loss and end the leases. `replaced`: a try follows, which may reattach; else close it now. */
  | { readonly type: 'lose'; readonly loss: Loss; readonly replaced: boolean }
  | { readonly type: 'retire'; readonly reason: string }
  /** Out of service: end the leases and close what is open. */
  | { readonly type: 'shut' }
  /** Drain. `snapshot`: the resource is known to be well. */
  | { readonly type: 'finish'; readonly snapshot: boolean };

/** A transition: the machine afterwards and what to do, in order. */
export interface Transition {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
}

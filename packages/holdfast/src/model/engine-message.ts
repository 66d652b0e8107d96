import type { EngineEvent } from './event.ts';

/** Why a child was started again. */
export type RestartReason = 'crash' | 'operator' | 'update' | 'watchdog' | 'oom';

/** How often a child was started again, by reason. */
export type Restarts = Readonly<Record<RestartReason, number>>;

/** Nothing was started again. */
export const NO_RESTARTS: Restarts = { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 };

/** A request whose answer the engine was working on when it died, and how often that has happened in a row. */
export interface DeadlyWork {
  readonly source: string;
  /** The key of the window, and its cursor: together they name the page. */
  readonly window: string;
  readonly cursor: string;
  readonly deaths: number;
}

/** An exit of a child that the supervisor saw; the engine turns those of its own into incidents. */
export interface ChildExit {
  /** Unique: the same exit told twice is one. */
  readonly id: string;
  readonly child: string;
  /** Wall ms. */
  readonly at: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: RestartReason;
  /** Delay before the next start, ms. */
  readonly restartInMs: number;
  /** The exit that led to a cooldown. */
  readonly coolingDown: boolean;
}

/** What the supervisor adds to the start message of each new engine. */
export interface StartNews {
  readonly restarts: Restarts;
  /** What is left of the run's time, ms; null = no deadline. */
  readonly deadlineMs: number | null;
  /** Exits of all children since the supervisor began, oldest first, bounded. */
  readonly exits: readonly ChildExit[];
  /** Pages on which engines died. */
  readonly deadly: readonly DeadlyWork[];
}

/** What a child says to its supervisor. */
export type ChildMessage =
  | { readonly type: 'event'; readonly event: EngineEvent }
  /** A sign of life from the main loop. `progress` rises with work done; `rss` is resident memory in bytes. */
  | { readonly type: 'heartbeat'; readonly progress: number; readonly rss?: number }
  /** The page that a source begins to work on; null = none. */
  | {
      readonly type: 'in-hand';
      readonly source: string;
      readonly page: { readonly window: string; readonly cursor: string } | null;
    }
  /** The public exit code that this run should end with. */
  | { readonly type: 'exit'; readonly code: number; readonly summary: string };

/** What the supervisor says to a child beside its start message. */
export interface StopMessage {
  readonly type: 'stop';
}

/** A child's private exit codes toward its supervisor; they do not leak to the command line's. */
export const PRIVATE_EXIT = { done: 0, damaged: 5, temporary: 10, configuration: 64, locked: 75 } as const;

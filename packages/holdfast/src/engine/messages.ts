import type { Config } from '../config/config.ts';
import type { EngineEvent } from '../model/event.ts';

/** The parent's first message: everything the engine needs. */
export interface StartMessage {
  readonly type: 'start';
  readonly config: Config;
  readonly once: boolean;
  readonly deadlineMs: number | null;
  /** When the run began, wall ms; the same for every engine that the parent starts. */
  readonly startedAt: number;
  /** How often the parent has started the engine again, by reason. */
  readonly restarts: Readonly<Record<'crash' | 'operator' | 'update' | 'watchdog' | 'oom', number>>;
  /** Only these sources; all when left out. */
  readonly sources?: readonly string[];
}

/** What the parent says to the engine. */
export type ToEngine = StartMessage | { readonly type: 'stop' };

/** What the engine says to its parent. */
export type FromEngine =
  | { readonly type: 'event'; readonly event: EngineEvent }
  | { readonly type: 'heartbeat'; readonly progress: number }
  /** The public exit code that this run should end with. */
  | { readonly type: 'exit'; readonly code: number; readonly summary: string };

/** The engine's private exit codes toward its parent; they do not leak. */
export const PRIVATE_EXIT = { done: 0, temporary: 10, configuration: 64, locked: 75 } as const;

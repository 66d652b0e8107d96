import type { EngineEvent } from '../model/event.ts';

/** What the engine says to its parent. */
export type EngineMessage =
  | { readonly type: 'event'; readonly event: EngineEvent }
  | { readonly type: 'heartbeat'; readonly progress: number }
  | { readonly type: 'exit'; readonly code: number; readonly summary: string };

/** A running engine as its supervisor sees it. */
export interface EngineProcess {
  readonly pid: number | undefined;
  /** Silently dropped when the engine is gone already. */
  send(message: object): void;
  kill(): void;
}

/** Who listens to an engine. `onExit` is called exactly once, also when it could not be started. */
export interface EngineListener {
  readonly onMessage: (message: EngineMessage) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
}

/** Starts an engine. */
export type StartEngine = (listener: EngineListener) => EngineProcess;

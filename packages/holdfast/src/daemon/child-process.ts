import type { ChildMessage } from '../model/engine-message.ts';

/** A running engine as its supervisor sees it. */
export interface EngineProcess {
  readonly pid: number | undefined;
  /** Silently dropped when the engine is gone already. */
  send(message: object): void;
  kill(): void;
}

/** Who listens to an engine. `onExit` is called exactly once, also when it could not be started. */
export interface EngineListener {
  readonly onMessage: (message: ChildMessage) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
}

/** Starts an engine. */
export type StartEngine = (listener: EngineListener) => EngineProcess;

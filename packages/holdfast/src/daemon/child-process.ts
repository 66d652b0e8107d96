import type { ChildMessage } from '../model/engine-message.ts';

/** A running child as its supervisor sees it. */
export interface ChildProcess {
  readonly pid: number | undefined;
  /** Silently dropped when the child is gone already. */
  send(message: object): void;
  /** Ends it, and everything in its process group, without asking. */
  kill(): void;
}

/** Who listens to a child. `onExit` is called exactly once, also when it could not be started. */
export interface ChildListener {
  readonly onMessage: (message: ChildMessage) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
  /** A line that it printed; without it, what the child prints goes to our own standard error. */
  readonly onOutput?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** A program that is run as a child. */
export interface ChildProgram {
  /** Path of a JavaScript file. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Options of Node. */
  readonly execArgv?: readonly string[];
}

/** Starts a child. */
export type StartChild = (program: ChildProgram, listener: ChildListener) => ChildProcess;

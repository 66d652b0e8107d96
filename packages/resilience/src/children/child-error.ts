import type { Category } from '../classify/verdict.ts';
import { ResilienceError } from '../errors.ts';
import { quoteLastWords } from './last-words.ts';

/** What a ChildError says: it could not be started, it ended badly, it had to be killed, or it gave no sign of life. */
export type ChildErrorCode = 'ERR_CHILD_START' | 'ERR_CHILD_EXIT' | 'ERR_CHILD_KILLED' | 'ERR_CHILD_SILENT';

/** How a thread or process ended. */
export interface ChildErrorDetails {
  /** Null when a signal ended it, or when it never ran. */
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  /** The end of what it wrote to standard error, raw: never show it without escaping. */
  readonly stderr?: string;
  readonly cause?: unknown;
}

const HINTS: Readonly<Record<ChildErrorCode, string>> = {
  ERR_CHILD_START: 'See the cause; check the path, the rights and the working directory.',
  ERR_CHILD_EXIT: 'See `stderr` and the cause for what ended it.',
  ERR_CHILD_KILLED: 'Let it end when it is asked to, or give it more time with killAfterMs.',
  ERR_CHILD_SILENT: 'Let it send a message more often than `heartbeat`, and only when it really gets on.',
};

/** A child that is a worker thread or a process failed. */
export class ChildError extends ResilienceError {
  declare readonly code: ChildErrorCode;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error, at most 4 KiB, raw: the message has its last lines, escaped. */
  readonly stderr: string;

  /** @param subject what the message begins with, such as `Process node`. */
  constructor(code: ChildErrorCode, subject: string, event: string, details: ChildErrorDetails = {}) {
    const { exitCode = null, signal = null, stderr = '', cause } = details;
    const category: Category = code === 'ERR_CHILD_START' ? 'local' : 'crash';
    super(`${subject} ${event}.${quoteLastWords(stderr)}`, {
      code,
      hint: HINTS[code],
      cause,
      verdict: { category, scope: 'session', safeToReplay: 'unknown', evidence: 'event', code },
    });
    this.name = 'ChildError';
    this.exitCode = exitCode;
    this.signal = signal;
    this.stderr = stderr;
  }
}

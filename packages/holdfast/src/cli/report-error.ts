import type { Io } from './io.ts';
import { EXIT, exitCodeOf } from '../model/exit-code.ts';
import { plain } from './terminal/escape.ts';

/** What is told of an error, for people on standard error. */
export interface TellableError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Whether an error was made for a person to read: it has a stable code and a hint. */
export function isTellable(error: unknown): error is TellableError {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, hint } = error as Partial<TellableError>;
  return typeof code === 'string' && typeof message === 'string' && typeof hint === 'string';
}

/** Tells an error and returns the exit code it stands for. An unforeseen one is told with its stack. */
export function reportError(io: Pick<Io, 'err'>, error: unknown): number {
  if (!isTellable(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err.write(`holdfast: an unexpected error: ${text.split('\n').map(plain).join('\n')}\n`);
    return EXIT.unexpected;
  }
  const lines = error.message.split('\n').map((line) => `holdfast: ${plain(line)}\n`);
  io.err.write(`${lines.join('')}${error.hint === '' ? '' : `  ${plain(error.hint)}\n`}`);
  return exitCodeOf(error.code);
}

import type { Io } from './io.ts';
import type { TellableError } from '../model/error.ts';
import { EXIT, exitCodeOf } from '../model/exit-code.ts';
import { tellRefusal } from '../model/system-error.ts';
import { plain } from './terminal/escape.ts';

/** Whether an error was made for a person to read: it has a stable code and a hint. */
export function isTellable(error: unknown): error is TellableError {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, hint } = error as Partial<TellableError>;
  return typeof code === 'string' && typeof message === 'string' && typeof hint === 'string';
}

/** Tells an error and returns the exit code it stands for. An unforeseen one is told with its stack. */
export function reportError(io: Pick<Io, 'err'>, error: unknown): number {
  const told = isTellable(error) ? error : tellRefusal(error);
  if (told === null) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err.write(`holdfast: an unexpected error: ${text.split('\n').map(plain).join('\n')}\n`);
    return EXIT.unexpected;
  }
  const lines = told.message.split('\n').map((line) => `holdfast: ${plain(line)}\n`);
  io.err.write(`${lines.join('')}${told.hint === '' ? '' : `  ${plain(told.hint)}\n`}`);
  return exitCodeOf(told.code);
}

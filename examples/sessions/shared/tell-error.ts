import { ResilienceError } from '@holdfast/resilience';
import { SessionUnavailableError } from '@holdfast/resilience/session';
import { stripVTControlCharacters } from 'node:util';
import { Ending } from './ending.ts';
import { UsageError } from './flags.ts';

/** Says what went wrong and what to do about it; returns the exit code. */
export function tellError(name: string, error: unknown): number {
  process.stderr.write(`${name}: ${sentenceOf(error)}\n`);
  const advice = adviceOn(error);
  if (advice !== '') process.stderr.write(`${advice}\n`);
  if (error instanceof UsageError) return 2;
  return error instanceof Ending ? error.exitCode : 1;
}

function sentenceOf(error: unknown): string {
  if (error instanceof SessionUnavailableError && error.cause !== undefined) {
    return `The portal cannot be used: ${firstLine(error.cause)}`;
  }
  return firstLine(error);
}

function adviceOn(error: unknown): string {
  if (error instanceof Ending) return '';
  if (error instanceof UsageError) return 'Try --help.';
  if (error instanceof SessionUnavailableError) {
    return 'See whether it answers in a browser, and whether --portal names it; then start again: what was done is kept.';
  }
  if (error instanceof ResilienceError) return error.hint;
  return 'Start again to go on: what was done is kept.';
}

/** A driver adds lines of its own, in colours. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return stripVTControlCharacters(message).split('\n', 1)[0] ?? '';
}

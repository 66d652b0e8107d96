import { HoldfastError } from '../model/error.ts';

/** A wrong argument; the command exits with 2. */
export function usageError(
  message: string,
  hint = 'Run the command with --help to see what it takes.',
): HoldfastError {
  return new HoldfastError('ERR_USAGE', message, { hint });
}

/** A whole number from an argument. @throws HoldfastError `ERR_USAGE`. */
export function wholeNumber(text: string, name: string, least = 0): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw usageError(`${name} must be a whole number of at least ${least}, not "${text}".`);
}

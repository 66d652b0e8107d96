import { InvalidOptionError } from './errors.ts';

/** The names of all options of `T`; the compiler sees to it that none is missing. */
export type Known<T> = Readonly<Record<keyof T, true>>;

/**
 * A name that is not known is misspelt, and what it should have said would be missing without a word.
 * @throws InvalidOptionError naming it; `inside` is what stands before the name, such as `breaker.`.
 */
export function checkFields(given: object, known: readonly string[], inside = ''): void {
  if (typeof given !== 'object' || given === null) {
    throw new InvalidOptionError(inside === '' ? 'options' : inside.slice(0, -1), 'must be an object');
  }
  for (const field of Object.keys(given)) {
    if (known.includes(field)) continue;
    throw new InvalidOptionError(`${inside}${field}`, `is not known; known are ${known.join(', ')}`);
  }
}

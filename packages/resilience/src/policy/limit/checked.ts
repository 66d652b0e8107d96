import { InvalidOptionError } from '../../errors.ts';

/** A whole number of at least `least`. @throws InvalidOptionError */
export function whole(value: number, least: number, field: string): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new InvalidOptionError(field, `must be a whole number of at least ${least}`);
}

/** A whole number of at least 0, or `Infinity`. @throws InvalidOptionError */
export function queueLength(value: number, field: string): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 0)) return value;
  throw new InvalidOptionError(field, 'must be a whole number of at least 0, or Infinity');
}

/** A number above `above` and at most `most`. @throws InvalidOptionError */
export function between(value: number, above: number, most: number, field: string): number {
  if (value > above && value <= most) return value;
  throw new InvalidOptionError(field, `must be a number above ${above} and at most ${most}`);
}

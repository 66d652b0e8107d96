import { breakerRows } from './rows/breaker.ts';
import { gotJitter, httpRows } from './rows/http.ts';
import { limitRows } from './rows/limits.ts';
import { retryRows } from './rows/retry.ts';
import type { Row } from './row.ts';

const numberOf = ({ id }: Row): number => Number(id.slice(1));

/** All defects by their numbers. */
export const rows: readonly Row[] = [...retryRows, ...breakerRows, ...limitRows, ...httpRows]
  .map((row) => (row.id === 'D15' ? { ...row, checks: { ...row.checks, got: gotJitter } } : row))
  .toSorted((a, b) => numberOf(a) - numberOf(b));

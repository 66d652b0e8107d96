import type { Outcome } from './history.ts';

/** Faults after which the upstream itself withholds records for good, so that a visible gap is the right end. */
export function faultOf(outcome: Outcome): string | null {
  const { lost, duplicated, unexpected, impolite, finished, problem } = outcome;
  if (problem !== null) return problem;
  if (!finished) return 'did not catch up';
  if (lost.length > 0) return `lost ${lost.slice(0, 5).join(', ')} (${String(lost.length)})`;
  if (duplicated.length > 0) return `duplicated ${duplicated.slice(0, 5).join(', ')}`;
  if (unexpected.length > 0) return `unexpected ${unexpected.slice(0, 5).join(', ')}`;
  return impolite[0] ?? null;
}

import type { Outcome } from './history.ts';

/** What is wrong with an outcome; null when every invariant held. */
export function faultOf(outcome: Outcome): string | null {
  const { lost, duplicated, unexpected, impolite, problem } = outcome;
  if (problem !== null) return problem;
  if (lost.length > 0) return `lost ${String(lost.length)}: ${lost.slice(0, 5).join(', ')}`;
  if (duplicated.length > 0) return `duplicated ${duplicated.slice(0, 5).join(', ')}`;
  if (unexpected.length > 0) return `unexpected ${unexpected.slice(0, 5).join(', ')}`;
  return impolite[0] ?? null;
}

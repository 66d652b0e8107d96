import type { Mutant } from './mutant.ts';

/** So many of them by a seed: neighbours of the seed play the others, so that all have their turn. */
export function chooseMutants(all: readonly Mutant[], count: number, seed: number): readonly Mutant[] {
  const first = (seed * count) % all.length;
  return Array.from(
    { length: Math.min(count, all.length) },
    (_, index) => all[(first + index) % all.length],
  ).filter((mutant) => mutant !== undefined);
}

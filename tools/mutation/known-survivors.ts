import { existsSync, readFileSync } from 'node:fs';
import type { Mutant } from './find-mutants.ts';
import type { Tried } from './try-mutants.ts';

/** Why a mutant may survive: nobody could ever tell it from the original, or it only costs time or memory. */
export type Reason = 'equivalent' | 'performance';

/** A survivor that somebody has looked at. All but `reason` and `why` say which one it is; lines may move. */
export interface KnownSurvivor extends Pick<
  Mutant,
  'file' | 'operator' | 'lineText' | 'original' | 'mutated' | 'occurrence'
> {
  readonly reason: Reason;
  /** One sentence: why no test can, or need, notice it. */
  readonly why: string;
}

/** The known survivors beside what was tried. */
export interface Explained {
  readonly of: (tried: Tried) => KnownSurvivor | undefined;
  /** Entries whose mutant was killed, or is gone from a file that was tried as a whole. */
  readonly stale: readonly KnownSurvivor[];
}

/**
 * Reads the known survivors; none when there is no such file.
 * @throws Error for an entry without an explanation.
 */
export function readKnownSurvivors(path: string): readonly KnownSurvivor[] {
  if (!existsSync(path)) return [];
  const known = JSON.parse(readFileSync(path, 'utf8')) as readonly KnownSurvivor[];
  for (const entry of known) {
    if (entry.why.length < 20 || (entry.reason !== 'equivalent' && entry.reason !== 'performance')) {
      throw new Error(`${path}: ${entry.file} "${entry.lineText}" needs a reason and a sentence why`);
    }
  }
  return known;
}

/** Finds the explanation of each survivor, and what is no longer true. */
export function explain(
  known: readonly KnownSurvivor[],
  tried: readonly Tried[],
  { isWhole }: { readonly isWhole: boolean },
): Explained {
  const entries = new Map(known.map((entry) => [keyOf(entry), entry]));
  const outcomes = new Map(tried.map((each) => [keyOf(each.mutant), each.outcome]));
  const files = new Set(tried.map(({ mutant }) => mutant.file));
  const stale = known.filter((entry) => {
    const outcome = outcomes.get(keyOf(entry));
    return outcome === undefined ? isWhole && files.has(entry.file) : isDead(outcome);
  });
  return {
    of: ({ mutant, outcome }) => (isDead(outcome) ? undefined : entries.get(keyOf(mutant))),
    stale,
  };
}

/** Whether the tests noticed it. */
export function isDead(outcome: Tried['outcome']): boolean {
  return outcome === 'killed' || outcome === 'timeout';
}

type Key = Pick<KnownSurvivor, 'file' | 'operator' | 'lineText' | 'original' | 'mutated' | 'occurrence'>;

function keyOf({ file, operator, lineText, original, mutated, occurrence }: Key): string {
  return JSON.stringify([file, operator, lineText, original, mutated, occurrence]);
}

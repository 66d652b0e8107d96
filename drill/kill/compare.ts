import { compare as compareWith, type Comparison as Whole, type StoredLine } from '../checker/compare.ts';
import { Ledger } from '../upstream/ledger.ts';
import type { LedgerLine } from './simulator.ts';

/** What an export lacks or has too much of, against the ledger of the upstream. */
export type Comparison = Pick<Whole, 'lost' | 'duplicated' | 'unexpected'>;

/**
 * Compares exports (`--all-versions`) of a disturbed and of an undisturbed harvest of the same list with the
 * truth in the simulator's ledger.
 */
export function compare(ledger: readonly LedgerLine[], disturbed: string, undisturbed: string): Comparison {
  const lines = ledger as unknown as ConstructorParameters<typeof Ledger>[0];
  const { lost, duplicated, unexpected } = compareWith(new Ledger(lines), linesOf(disturbed), {
    undisturbed: linesOf(undisturbed),
    allVersions: true,
  });
  return { lost, duplicated, unexpected };
}

function linesOf(jsonl: string): readonly StoredLine[] {
  return jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoredLine);
}

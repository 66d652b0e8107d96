import type { ExportedLine, GapLine, Installation, QuarantineLine } from '../product/installation.ts';
import type { Ledger } from '../upstream/ledger.ts';
import { compare, type Comparison } from './compare.ts';

/** An upstream by the id of its source, and what it wrote down. */
export interface Published {
  readonly id: string;
  readonly ledger: Ledger;
}

/** What the product shows, and how it compares with what was published: one comparison for each upstream. */
export interface Stored {
  readonly papers: readonly ExportedLine[];
  readonly gaps: readonly GapLine[];
  readonly quarantine: readonly QuarantineLine[];
  readonly comparisons: readonly Comparison[];
}

/**
 * Asks the product for all that it has, and compares it. The ledgers are read afterwards: what came meanwhile is owed.
 * A paper of no known source is the first one's, who never published it.
 */
export async function storedOf(
  product: Installation,
  published: () => readonly Published[],
): Promise<Stored> {
  const papers = await product.papers();
  const [gaps, quarantine] = [await product.gaps(), await product.quarantine()];
  const all = published();
  const ids = new Set(all.map(({ id }) => id));
  const comparisons = all.map(({ id, ledger }, index) => {
    const isOurs = ({ source }: { readonly source: string }): boolean => source === id;
    const isStray = ({ source }: ExportedLine): boolean => index === 0 && !ids.has(source);
    return compare(
      ledger,
      papers.filter((paper) => isOurs(paper) || isStray(paper)),
      { gaps: gaps.filter(isOurs), quarantine: quarantine.filter(isOurs) },
    );
  });
  return { papers, gaps, quarantine, comparisons };
}

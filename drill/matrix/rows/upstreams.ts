import type { Kind } from '../../upstream/simulator.ts';
import type { UpstreamSpec } from '../row.ts';

const PAGE_SIZES: Readonly<Record<Kind, number>> = {
  'oai-pmh': 1_000,
  arxiv: 1_000,
  biorxiv: 100,
  medrxiv: 100,
};

/** The list of the measured matrix: 5,000 records, 1,000 a page (100 where the original has small pages). */
export function measuredList(
  kind: Kind,
  faults: readonly string[],
  more: Partial<UpstreamSpec> = {},
): UpstreamSpec {
  return { kind, records: 5_000, pageSize: PAGE_SIZES[kind], shorter: 10, faults, ...more };
}

/** A short list, for rows in which the number of records tells nothing more. */
export function shortList(
  kind: Kind,
  faults: readonly string[],
  more: Partial<UpstreamSpec> = {},
): UpstreamSpec {
  return { kind, records: 1_000, pageSize: 200, shorter: 4, faults, ...more };
}

import type { Day } from '../../model/day.ts';
import type { ClosedRange } from '../inventory.ts';
import { listUrl, rangeArguments } from '../oai-pmh/index.ts';
import type { PageRequest } from '../port.ts';

/** The first day that arXiv's OAI interface knows; asking for an earlier one is an error. */
export const EARLIEST: Day = '2005-09-16';

/** Every paper is listed under each of these; the harvest lists identifiers under none of them. */
const PREFIXES = ['oai_dc', 'arXivRaw', 'arXivOld'] as const;

/** The identifiers of a range, under another prefix at each turn: a cache that keeps URLs for days answers none of them. */
export function inventoryPage(
  baseUrl: string,
  range: ClosedRange,
  turn: number,
  today: Day,
  resumeAt?: string,
): PageRequest {
  const metadataPrefix = PREFIXES[turn % PREFIXES.length] ?? PREFIXES[0];
  const dates = rangeArguments({ granularity: 'day', earliest: EARLIEST }, range, today, resumeAt);
  const url = listUrl(baseUrl, 'ListIdentifiers', { metadataPrefix, ...dates });
  return { url, as: 'ListIdentifiers:arXiv', continues: false };
}

import { addDays, type Day } from '../../model/day.ts';
import type { ClosedRange, IdentifierInventory } from '../inventory.ts';
import type { PageRequest } from '../request.ts';
import { rangeArguments, type RangeRules } from './oai-range.ts';
import { listUrl } from './oai-request.ts';

/** What the lists of a repository are asked with. */
export interface OaiInventoryOptions {
  readonly baseUrl: string;
  readonly metadataPrefix: string;
  readonly set: string | undefined;
  readonly ranges: RangeRules;
}

/**
 * The identifiers of a range, listed from eight days or more before it, further back than any look of the harvest, or
 * from the very beginning: each turn has a URL of its own, which is none of the harvest's.
 */
export function oaiInventory({
  baseUrl,
  metadataPrefix,
  set,
  ranges,
}: OaiInventoryOptions): IdentifierInventory {
  const list = (range: ClosedRange, turn: number, today: Day, resumeAt?: string): PageRequest => {
    const early = { ...range, from: addDays(range.from, -(8 + (turn % 7))) };
    const { from, ...rest } = rangeArguments(ranges, early, today, resumeAt);
    const floored = ranges.earliest !== null && early.from <= ranges.earliest.slice(0, 10);
    const begin = resumeAt === undefined && floored && turn % 2 === 0 ? {} : { from };
    const url = listUrl(baseUrl, 'ListIdentifiers', { metadataPrefix, set, ...begin, ...rest });
    return { url, as: 'ListIdentifiers', continues: false };
  };
  return {
    method: 'identifiers',
    first: list,
    resume: (range, turn, datestamp, today) => list(range, turn, today, datestamp),
    dense: null,
  };
}

import type { Gap } from '../../../model/gap.ts';
import type { StoreReader } from '../../../store/port.ts';
import type { IdKind } from './found-id.ts';
import type { FrozenIds } from './id-set.ts';
import { isWithin, monthOfArxivId, type Scope } from './period.ts';

/** A record that a data set lacks: a row of `audit --input --json`. */
export interface MissingRow {
  readonly source: string;
  readonly id: string;
  readonly reason: string;
  readonly since: string;
  readonly attempts: number;
  /** `candidate`: nobody listed it, but the numbering leaves it out. */
  readonly state: 'missing' | 'candidate' | Gap['state'];
  readonly datestamp: string | null;
}

/** Counted while comparing. */
export interface Counts {
  missing: number;
  /** Of these, newer than everything in the data set. */
  newer: number;
  /** Records older than everything in the data set: not missing, since it may never have claimed them. */
  outside: number;
  /** Deleted upstream and not in the data set: not missing either. */
  deleted: number;
  /** The data set has an older version. */
  older: number;
  /** Months between those of the data set of which it has no number at all. */
  readonly emptyMonths: string[];
}

/** Nothing was compared yet. */
export function noCounts(): Counts {
  return { missing: 0, newer: 0, outside: 0, deleted: 0, older: 0, emptyMonths: [] };
}

/** What is compared. */
export interface Comparison {
  readonly reader: Pick<StoreReader, 'held' | 'find' | 'gaps' | 'quarantine'>;
  readonly source: string;
  readonly kind: IdKind;
  readonly ids: FrozenIds;
  readonly scope: Scope;
  /** Wall ms. */
  readonly now: number;
  /** Which of the source's records are of this kind; left out: all. */
  readonly isOfKind?: (id: string) => boolean;
}

const PAGE = 5000;

/** Gives the rows that the data set lacks, in the order of their ids; counts as it goes. */
export async function* missingRows(comparison: Comparison, counts: Counts): AsyncGenerator<MissingRow> {
  const { reader, source, ids } = comparison;
  for (let after = ''; ;) {
    const page = await reader.held(source, { after, limit: PAGE });
    for (const record of page) {
      if (comparison.isOfKind?.(record.id) === false) continue;
      const version = ids.find(record.id);
      if (version !== null) {
        if (version > 0 && Number(record.version ?? 0) > version) counts.older += 1;
        continue;
      }
      if (record.deleted) {
        counts.deleted += 1;
        continue;
      }
      const row = rowOf(comparison, record.id, record.datestamp, counts);
      if (row !== null) yield row;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.id;
  }
  yield* unheldRows(comparison, counts);
}

/** Records that the upstream listed and that are not here either, or only as bytes: gaps and quarantine. */
async function* unheldRows(comparison: Comparison, counts: Counts): AsyncGenerator<MissingRow> {
  const { reader, source, ids } = comparison;
  const told = new Set<string>();
  for (const gap of await reader.gaps(source)) {
    if (gap.id === null || gap.state !== 'open' || told.has(gap.id) || ids.find(gap.id) !== null) continue;
    told.add(gap.id);
    const held = await reader.find(source, [gap.id]);
    const row = held.length > 0 ? null : rowOf(comparison, gap.id, gap.datestamp, counts);
    if (row !== null)
      yield { ...row, reason: `listed upstream, and not here either: ${gap.reason}`, attempts: gap.attempts };
  }
  for (const { id, datestamp, reason } of await reader.quarantine({ source, state: 'open' })) {
    if (id === null || told.has(id) || ids.find(id) !== null) continue;
    told.add(id);
    const held = await reader.find(source, [id]);
    const row = held.length > 0 ? null : rowOf(comparison, id, datestamp, counts);
    if (row !== null) yield { ...row, reason: `listed upstream, and in the quarantine here: ${reason}` };
  }
}

function rowOf(
  { source, kind, scope, now }: Comparison,
  id: string,
  datestamp: string | null,
  counts: Counts,
): MissingRow | null {
  const at = kind === 'arxiv' ? monthOfArxivId(id) : (datestamp?.slice(0, 10) ?? null);
  if (!isWithin(scope, at)) {
    counts.outside += 1;
    return null;
  }
  const isNewer = at !== null && scope.last !== null && at > scope.last;
  counts.missing += 1;
  if (isNewer) counts.newer += 1;
  return {
    source,
    id,
    reason: isNewer
      ? 'the inventory has it, and it is newer than everything in the data set'
      : 'the inventory has it, the data set does not',
    since: new Date(now).toISOString(),
    attempts: 0,
    state: 'missing',
    datestamp,
  };
}

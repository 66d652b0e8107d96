import { completeUntil, readFacts } from '../audit/report/index.ts';
import type { Config } from '../config/index.ts';
import type { Day } from '../model/day.ts';
import type { SourceState, StoreReader } from '../store/port.ts';

/** By source that is to be harvested: its first day that is not complete; null when its first one is not. */
type Until = ReadonlyMap<string, Day | null>;

/** A server is asked every few seconds; what takes as long as the history is reckoned again after so many ms. */
const MAX_AGE = 30_000;
const known = new WeakMap<StoreReader, { readonly at: number; readonly until: Until }>();

/** Up to which day each configured source is complete, by windows, gaps and audits; at most 30 s old. */
export async function auditUntil(
  config: Pick<Config, 'sources'>,
  reader: StoreReader,
  sources: readonly SourceState[],
  now: number,
): Promise<Until> {
  const before = known.get(reader);
  if (before !== undefined && Math.abs(now - before.at) < MAX_AGE) return before.until;
  const wanted = config.sources.filter(({ enabled }) => enabled);
  const until = new Map<string, Day | null>();
  for (const { id } of wanted) {
    const state = sources.find((source) => source.id === id);
    until.set(id, state === undefined ? null : completeUntil(await readFacts(reader, state)));
  }
  known.set(reader, { at: now, until });
  return until;
}

/** Up to which day all sources are complete; null when one of them is not on its first day, or there is none. */
export function earliestUntil(until: Until): Day | null {
  const days = [...until.values()].filter((day) => day !== null).toSorted();
  return days.length === until.size ? (days[0] ?? null) : null;
}

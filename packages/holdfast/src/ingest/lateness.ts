import type { Source } from '../sources/port.ts';
import type { StoreReader } from '../store/port.ts';

/**
 * Why a source counts as late at `now` (wall ms), null when it does not: silence is not success where a calendar says
 * that something should be there.
 */
export async function lateness(
  source: Source,
  store: Pick<StoreReader, 'stats'>,
  now: number,
): Promise<string | null> {
  const expected = source.poll.expectedDay(now);
  if (expected === null) return null;
  const { perSource } = await store.stats();
  const newest = perSource.find(({ source: id }) => id === source.id)?.newestDatestamp?.slice(0, 10) ?? null;
  if (newest !== null && newest >= expected) return null;
  return `nothing newer than ${newest ?? 'the beginning'} although ${expected} should have been announced`;
}

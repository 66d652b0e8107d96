import { awaitedReason } from '../model/staleness.ts';
import type { Source } from '../sources/port.ts';
import type { StoreReader } from '../store/port.ts';

/**
 * Why a source counts as stale at `now` (wall ms), null when it does not: silence is not success where a calendar says
 * that something should be there. A day that is due and was asked for in vain since is awaited (`isAwaited`); once the
 * source's target has passed too, it is late.
 */
export async function lateness(
  source: Source,
  store: Pick<StoreReader, 'stats' | 'windows'>,
  now: number,
): Promise<string | null> {
  const expected = source.poll.expectedDay(now);
  const awaited = source.poll.awaited?.(now) ?? null;
  if (expected === null && awaited === null) return null;
  const { perSource } = await store.stats();
  const newest = perSource.find(({ source: id }) => id === source.id)?.newestDatestamp?.slice(0, 10) ?? null;
  if (expected !== null && (newest === null || newest < expected))
    return `nothing newer than ${newest ?? 'the beginning'} although ${expected} should have been announced`;
  if (awaited === null || newest === null || newest >= awaited.day) return null;
  // What was not asked since says nothing: the poll is still to come, or something else keeps us from asking.
  const tails = (await store.windows(source.id)).filter(({ to }) => to === null);
  const asked = tails.some(
    ({ lookedAt }) => lookedAt !== null && lookedAt >= awaited.dueAt && lookedAt <= now,
  );
  return asked ? awaitedReason(awaited.day, newest) : null;
}

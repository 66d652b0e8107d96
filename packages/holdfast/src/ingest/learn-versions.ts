import { recordGapKey } from '../model/gap.ts';
import type { ClosedRange } from '../sources/inventory.ts';
import { NOTHING_LEARNT, type Learnt } from './conclusion.ts';
import type { LookDeps } from './deps.ts';
import type { Fetched } from './fetcher.ts';
import { askAlone, isDeadly } from './repair.ts';

/** So many are asked for at the end of a look. */
const MOST = 200;

/**
 * Where the versions come by a list of their own (arXiv), that list may lack a record which the first one named: it is
 * asked for by itself, else it had no version for ever. What is in the quarantine is visible there. Null: something more
 * urgent waits.
 */
export async function learnVersions(
  range: ClosedRange,
  deps: LookDeps,
  signal: AbortSignal,
  commit: (fetched: Fetched, url: string) => Promise<void>,
): Promise<Learnt | null> {
  if (deps.source.recordHistory === undefined) return NOTHING_LEARNT;
  const before = await unnumbered(range, deps);
  // The history of a paper that was stamped anew meanwhile waits for the paper, which the newest days list.
  const told = new Set<string>();
  for (const id of before) {
    if (deps.shouldYield()) return null;
    const page = { key: `${deps.source.id}/${recordGapKey(id)}/history`, cursor: '', look: 1 };
    const request = deps.source.recordHistory(id);
    if (isDeadly(page, deps)) continue;
    const answer = await askAlone(request, page, deps, signal);
    if (!(answer instanceof Error) && answer.reading.type === 'page') {
      await commit(answer, request.url);
      for (const item of answer.reading.items) told.add(item.id);
    }
    deps.onInHand(null);
  }
  if (before.length === 0) return NOTHING_LEARNT;
  const after = (await unnumbered(range, deps)).filter((id) => !told.has(id));
  return { numbered: told.size, left: after.length };
}

async function unnumbered(range: ClosedRange, { store, source }: LookDeps): Promise<readonly string[]> {
  const ids = await store.unnumbered(source.id, range, MOST);
  if (ids.length === 0) return ids;
  const quarantine = await store.quarantine({ source: source.id, state: 'open' });
  const unread = new Set(quarantine.map(({ id }) => id));
  return ids.filter((id) => !unread.has(id));
}

import type { AuditList, AuditPage, AuditPorts, Kept } from '../audit/port.ts';
import type { Item } from '../model/item.ts';
import type { PageRequest } from '../sources/port.ts';
import type { Commit, RawPage } from '../store/port.ts';
import { auditContext } from './audit-view.ts';
import { claimAny } from './claim.ts';
import type { LookDeps } from './deps.ts';
import type { Fetched } from './fetcher.ts';
import { commitPage, untilWritable } from './persist.ts';
import { cutImpossibleStamps } from './stamps.ts';
import { pauseBefore } from './walk-pause.ts';
import { announcedInVain, beginWalk, refresh, step, wanted, type Walk } from './walk.ts';

/** The policy around one request may send it so often: with fewer left, it is tried once. */
const MOST_TRIES = 10;

/** What an audit of a source works with: its requests go through the source's fetcher, its findings into commits. */
export function auditPorts(deps: LookDeps, signal: AbortSignal): AuditPorts {
  const { store, clock, fetcher, source, onWait, shouldYield } = deps;
  const fetch = (request: PageRequest, left: number): Promise<Fetched> =>
    left < MOST_TRIES ? fetcher.tryOnce(request, signal) : fetcher.fetch(request, signal);
  return {
    source,
    store,
    signal,
    now: () => clock.now(),
    page: (list, cursor, left) => onePage(deps, { list, cursor, signal }, (request) => fetch(request, left)),
    ask: async (request, left) => (await fetch(request, left)).reading,
    keep: (items) => keep(deps, { items, bad: [], page: null }, signal),
    save: (run) => untilWritable(deps, () => store.putAudit(run), signal, onWait),
    sent: () => fetcher.sent,
    answers: () => answersAtAll(deps, signal),
    shouldYield,
  };
}

/** The walk in hand is taken one request further; where it stands is the caller's to keep. */
async function onePage(
  deps: LookDeps,
  {
    list,
    cursor,
    signal,
  }: { readonly list: AuditList; readonly cursor: string; readonly signal: AbortSignal },
  fetch: (request: PageRequest) => Promise<Fetched>,
): Promise<AuditPage> {
  const { clock, source, onWait } = deps;
  const context = auditContext(source, list, deps.today());
  const before = refresh(cursor === '' ? beginWalk(clock.now()) : (JSON.parse(cursor) as Walk), clock.now());
  const request = wanted(before, context);
  if (request === null) return pageOf(before, [], () => Promise.resolve({ stored: 0, missing: 0 }));
  const pause = pauseBefore(before, source.cooldownMs);
  if (pause > 0) {
    const reason = 'the end of the list is doubtful and is asked for again';
    onWait({ why: 'confirm', reason, until: clock.now() + pause, attempt: 1, error: null });
    await clock.sleep(pause, { signal });
  }
  const { reading, answer } = await fetch(request);
  const walk = step(before, request, { reading, at: clock.now() }, context);
  if (reading.type !== 'page')
    return pageOf(walk, [], (items) => keep(deps, { items, bad: [], page: null }, signal));
  const contentType = answer.headers['content-type'] ?? '';
  const raw = { bytes: answer.body, url: request.url, contentType, fetchedAt: answer.receivedAt };
  const keepPage = (items: readonly Item[]): Promise<Kept> => {
    // An inventory's page is evidence of nothing that is kept: only what it lists beyond that is.
    const page = list.stream === null ? null : raw;
    return keep(deps, { items, bad: list.stream === null ? [] : reading.bad, page }, signal);
  };
  return pageOf(walk, reading.items, keepPage, reading.repairs.length > 0);
}

function pageOf(walk: Walk, items: readonly Item[], keepItems: AuditPage['keep'], mended = false): AuditPage {
  const { records } = walk.progress;
  return {
    cursor: JSON.stringify(walk),
    state: walk.mode === 'finished' || walk.mode === 'stuck' ? walk.mode : 'more',
    why: walk.mode === 'stuck' ? walk.why : '',
    narrow: walk.mode === 'stuck' && walk.narrow,
    records,
    short: walk.mode === 'finished' ? announcedInVain(walk.progress) : null,
    items,
    mended,
    keep: keepItems,
  };
}

/** Commits on the lease of any window of the source; its cursor does not move. */
async function keep(
  deps: LookDeps,
  {
    items,
    bad,
    page,
  }: { readonly items: readonly Item[]; readonly bad: Commit['bad']; readonly page: RawPage | null },
  signal: AbortSignal,
): Promise<Kept> {
  const { store, source, clock, onWait, uniqueId } = deps;
  const nothing = { stored: 0, missing: 0 };
  if (items.length === 0 && bad.length === 0) return nothing;
  const lease = await claimAny(source.id, deps, signal);
  if (lease === null) return nothing;
  try {
    const { cursor } = lease.window;
    const commit: Commit = {
      lease,
      batchId: uniqueId(),
      prev: cursor,
      next: { cursor },
      page,
      items: cutImpossibleStamps(items, deps.today()),
      bad,
      mayReturn: true,
      at: clock.now(),
    };
    const { inserted, updated, missing } = await commitPage(deps, commit, signal, onWait);
    return { stored: inserted + updated, missing };
  } finally {
    await store.release(lease);
  }
}

/** So many records may be asked for to find out whether the upstream answers at all. */
const WITNESSES = 200;

/** Whether some record that is here is given, another each time: then it is the request in hand that cannot be had. */
async function answersAtAll(
  { store, source, fetcher, random }: LookDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const known = await store.held(source.id, { after: '', limit: WITNESSES });
  const witness = known[Math.floor(random.next() * known.length)];
  const request = witness === undefined ? null : source.record(witness.id);
  if (request === null) return false;
  try {
    await fetcher.tryOnce(request, signal);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

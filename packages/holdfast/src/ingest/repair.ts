import { HoldfastError } from '../model/error.ts';
import type { Gap } from '../model/gap.ts';
import type { Item } from '../model/item.ts';
import type { Window } from '../model/window.ts';
import type { GapUpdate, Lease } from '../store/port.ts';
import { addDays, type Day } from '../model/day.ts';
import { claimWhenFree } from './claim.ts';
import { gapDelay } from './gap-of.ts';
import { tailWindow } from './windows.ts';
import type { Fetched } from './fetcher.ts';
import { codeOf } from './fetcher.ts';
import { pageAt, type PagePlace } from './deadly-pages.ts';
import type { LookDeps } from './deps.ts';
import { commitPage } from './persist.ts';
import { cutImpossibleStamps, isImpossible } from './stamps.ts';

/** More records than this missing on one day: listing the day again is politer than asking for each. */
const ONE_BY_ONE = 10;
/** Said of a gap while its day is walked again; what is missing after that is asked for alone. */
export const LISTED_AGAIN = 'its day is listed again';
const ABSENT_ANSWERS = 3;
const SPACED_MS = 3_600_000;

/**
 * Fills gaps of records: days with many are walked again, single records are asked for one by one. What the
 * upstream answers instead is kept with the gap. `carrier` is any window of the source, whose lease carries
 * the commits; its cursor does not move.
 */
export async function repair(
  gaps: readonly Gap[],
  carrier: Window,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<void> {
  const days = Map.groupBy(gaps, ({ datestamp }) => (datestamp ?? '').slice(0, 10));
  for (const [day, missing] of days) {
    if (missing.length > ONE_BY_ONE && day !== '' && missing.every(({ lastAnswer }) => lastAnswer === null)) {
      await walkAgain(day, missing, carrier, deps, signal);
    } else {
      for (const gap of missing) await askFor(gap, carrier, deps, signal);
    }
  }
}

async function walkAgain(
  day: Day,
  gaps: readonly Gap[],
  carrier: Window,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<void> {
  const updates = gaps.map((gap) => updateOf(gap, LISTED_AGAIN, deps.clock.now()));
  const to = addDays(day, 1);
  const reason = `${String(gaps.length)} records of the day are missing`;
  const windows = await deps.store.windows(carrier.source);
  const same = windows.find(
    (window) => window.stream === carrier.stream && window.from === day && window.to === to,
  );
  const spawn = same ? [] : [{ ...tailWindow(carrier, day), to, lane: 'repair' as const, reason }];
  await withLease(same ?? carrier, deps, signal, (lease) =>
    commit(lease, deps, signal, {
      items: [],
      fetched: null,
      gaps: updates,
      spawn,
      next: same
        ? { cursor: '', state: 'OPEN', look: 1, nextAt: null, reason }
        : { cursor: lease.window.cursor },
    }),
  );
}

async function askFor(gap: Gap, carrier: Window, deps: LookDeps, signal: AbortSignal): Promise<void> {
  const request = gap.id === null ? null : deps.source.record(gap.id);
  if (request === null) return;
  if (gap.id !== null) await learnHistory(gap.id, gap, carrier, deps, signal);
  const page = { key: `${gap.source}/${gap.key}`, cursor: '', look: 1 };
  const answer = isDeadly(page, deps) ? deadly(page, deps) : await askAlone(request, page, deps, signal);
  const fetched = answer instanceof Error ? null : answer;
  const today = deps.today();
  const items = fetched?.reading.type === 'page' ? cutImpossibleStamps(fetched.reading.items, today) : [];
  const came = items.find(({ id }) => id === gap.id);
  const settled = came !== undefined && satisfies(came.datestamp, gap, today);
  const gaps = settled
    ? []
    : [unanswered(gap, came === undefined ? answer : olderCopy(came), deps.clock.now())];
  const closeGaps = settled ? [gap.key] : [];
  await withLease(carrier, deps, signal, (lease) =>
    commit(lease, deps, signal, {
      items,
      fetched,
      gaps,
      closeGaps,
      spawn: [],
      next: { cursor: lease.window.cursor },
    }),
  );
  deps.onInHand(null);
  for (const { key, state, reason } of gaps)
    deps.emit({ kind: 'gap', at: deps.clock.now(), source: gap.source, key, state, reason });
}

/**
 * Learns first what the record itself will not tell: a sweep lists identifiers alone, so nobody would ask for it later.
 * The gap stays open until the record comes, so that an engine that dies in between asks for both again. Without an
 * answer the record is asked for all the same.
 */
async function learnHistory(
  id: string,
  gap: Gap,
  carrier: Window,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<void> {
  const request = deps.source.recordHistory?.(id);
  const page = { key: `${gap.source}/${gap.key}/history`, cursor: '', look: 1 };
  if (request === undefined || isDeadly(page, deps)) return;
  const answer = await askAlone(request, page, deps, signal);
  if (answer instanceof Error || answer.reading.type !== 'page') return deps.onInHand(null);
  const items = cutImpossibleStamps(answer.reading.items, deps.today());
  await withLease(carrier, deps, signal, (lease) =>
    commit(lease, deps, signal, {
      items,
      fetched: answer,
      gaps: [],
      spawn: [],
      next: { cursor: lease.window.cursor },
    }),
  );
  deps.onInHand(null);
}

/** A stamp in the upstream's future was a slip of the listing: the record itself is the better witness. */
function satisfies(datestamp: string, gap: Gap, today: Day): boolean {
  return gap.datestamp === null || datestamp >= gap.datestamp || isImpossible(gap.datestamp, today);
}

/** The record came, but older than it was listed: a cache stands between. */
function olderCopy({ datestamp }: Item): Error {
  return new Error(`the upstream gave an older copy, stamped ${datestamp}`);
}

/** Whether its answer killed engines. It is asked for alone already, so the third death decides. */
export function isDeadly(page: PagePlace, { deadly: pages }: LookDeps): boolean {
  return pages.fateOf(page) !== 'ordinary';
}

function deadly(page: PagePlace, { deadly: pages }: LookDeps): HoldfastError {
  return new HoldfastError(
    'ERR_PAGE_DEADLY',
    `${String(pages.deaths(page))} engines died reading its answer`,
  );
}

/** Asks for one record; what keeps it from being had is returned. @throws the signal's reason */
export async function askAlone(
  request: Parameters<LookDeps['fetcher']['fetch']>[0],
  page: PagePlace,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<Fetched | Error> {
  try {
    return await deps.fetcher.fetch(request, signal, () => deps.onInHand(pageAt(page)));
  } catch (error) {
    deps.onInHand(null);
    signal.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What becomes of a gap when its record did not come. Only the upstream's own "does not exist" confirms an absence. */
function unanswered(gap: Gap, answer: Fetched | Error, now: number): GapUpdate {
  const absent = !(answer instanceof Error) && answer.reading.type === 'absent';
  const said =
    answer instanceof Error
      ? `${codeOf(answer)}: ${answer.message}`
      : 'detail' in answer.reading
        ? answer.reading.detail
        : 'an answer without the record';
  const attempts =
    absent || gap.lastAnswer !== said ? (gap.lastAnswer === said ? gap.attempts + 1 : 1) : gap.attempts + 1;
  const confirmed = absent && attempts >= ABSENT_ANSWERS && now - gap.since >= SPACED_MS;
  return {
    ...updateOf(gap, said, now + gapDelay(attempts)),
    attempts,
    state: confirmed ? 'confirmed-absent' : 'open',
  };
}

function updateOf(gap: Gap, lastAnswer: string, nextAt: number): GapUpdate {
  const { key, id, range, datestamp, reason, attempts, state } = gap;
  return { key, id, range, datestamp, reason, attempts, state, lastAnswer, nextAt };
}

async function withLease(
  window: Window,
  deps: LookDeps,
  signal: AbortSignal,
  work: (lease: Lease) => Promise<void>,
): Promise<void> {
  const lease = await claimWhenFree(window, deps, signal);
  if (lease === null) return;
  try {
    await work(lease);
  } finally {
    await deps.store.release(lease);
  }
}

interface RepairCommit {
  readonly items: readonly Item[];
  readonly fetched: Fetched | null;
  readonly gaps: readonly GapUpdate[];
  readonly closeGaps?: readonly string[];
  readonly spawn: Parameters<LookDeps['store']['plan']>[0];
  readonly next: Parameters<LookDeps['store']['commit']>[0]['next'];
}

async function commit(lease: Lease, deps: LookDeps, signal: AbortSignal, work: RepairCommit): Promise<void> {
  const { answer } = work.fetched ?? { answer: null };
  await commitPage(
    deps,
    {
      lease,
      batchId: deps.uniqueId(),
      prev: lease.window.cursor,
      next: work.next,
      items: work.items,
      gaps: work.gaps,
      closeGaps: work.closeGaps ?? [],
      spawn: work.spawn,
      bad: work.fetched?.reading.type === 'page' ? work.fetched.reading.bad : [],
      page:
        answer === null
          ? null
          : {
              bytes: answer.body,
              url: answer.url,
              contentType: answer.headers['content-type'] ?? '',
              fetchedAt: answer.receivedAt,
            },
      at: deps.clock.now(),
    },
    signal,
    deps.onWait,
  );
}

import type { Day } from '../model/day.ts';
import type { DayRange } from '../model/window.ts';
import type { PageRequest, Reading, Source } from '../sources/port.ts';
import { followLoop, startLoop, type LoopGuard } from './loop-guard.ts';

/**
 * One look at one window, as a state machine. No answer is trusted as an ending until it is proved by the
 * protocol or confirmed by asking again:
 *
 * - `begin`: nothing was asked yet, or the list is asked anew from a datestamp.
 * - `walking`: following the list page by page.
 * - `doubting`: the list stopped without a proof (empty or short page, noRecordsMatch or no token in the
 *   middle, a token that repeats): the same request is asked again, then the list from the last datestamp.
 * - `confirming-empty`: the first answer said that there is nothing; another request has to agree.
 * - `finished`: `proved` by the protocol, `confirmed` by agreeing answers, or `empty` by agreeing answers.
 * - `stuck`: answers stay contradictory; the window becomes a gap that is tried again later.
 */
export type Walk =
  | { readonly mode: 'begin'; readonly progress: Progress }
  | { readonly mode: 'walking'; readonly request: PageRequest; readonly progress: Progress }
  | {
      readonly mode: 'doubting';
      readonly request: PageRequest;
      readonly progress: Progress;
      readonly why: string;
      readonly asked: number;
    }
  | {
      readonly mode: 'confirming-empty';
      readonly request: PageRequest;
      readonly progress: Progress;
      readonly asked: number;
    }
  | { readonly mode: 'finished'; readonly end: 'proved' | 'confirmed' | 'empty'; readonly progress: Progress }
  | { readonly mode: 'stuck'; readonly why: string; readonly narrow: boolean; readonly progress: Progress };

/** What a walk remembers: plain JSON, bounded in size. */
export interface Progress {
  /** Wall ms when this look began: a gap opened since then was found by it. */
  readonly since: number;
  readonly pages: number;
  readonly records: number;
  /** Records since the list was last asked anew. */
  readonly sinceRestart: number;
  /** Datestamps came in rising order so far. */
  readonly rising: boolean;
  /** Newest datestamp of the last page. */
  readonly last: string | null;
  /** Server date of the first answer. */
  readonly serverDate: string | null;
  readonly announced: number | null;
  /** What the list that was asked anew last announced of itself; absent in cursors of earlier versions. */
  readonly announcedSince?: number | null;
  /** Restarts in a row that brought no page. */
  readonly fruitless: number;
  /** Where earlier doubtful ends were; two at the same place agree. */
  readonly ends: readonly string[];
  /** The last request that delivered records. */
  readonly lastFull: { readonly request: PageRequest; readonly count: number } | null;
  /** Why a page of this list was passed over, if one was: the look cannot end well. */
  readonly skipped: string | null;
  readonly loop: LoopGuard;
}

/** What happened to the request that the walk asked. */
export type WalkEvent = { readonly reading: Reading; readonly at: number };

/** What the transition needs to build requests. */
export interface WalkContext {
  readonly source: Source;
  readonly stream: string;
  readonly range: DayRange;
  readonly look: number;
  /** The server's day as far as known. */
  readonly today: Day;
}

const REPEATS = 2;
const FRUITLESS_RESTARTS = 3;
const DOUBTFUL_ENDS = 4;

/** A look that has not begun. `at` is wall ms. */
export function beginWalk(at: number): Walk {
  return {
    mode: 'begin',
    progress: {
      since: at,
      pages: 0,
      records: 0,
      sinceRestart: 0,
      rising: true,
      last: null,
      serverDate: null,
      announced: null,
      fruitless: 0,
      ends: [],
      lastFull: null,
      skipped: null,
      loop: startLoop(),
    },
  };
}

/**
 * What becomes of a walk when time has passed: a token past its date may continue silently in another list
 * (arXiv), so it is never used, even if it would work. `now` is wall ms.
 */
export function refresh(walk: Walk, now: number): Walk {
  if (walk.mode !== 'walking' && walk.mode !== 'doubting') return walk;
  const { expiresAt } = walk.request;
  return expiresAt !== undefined && expiresAt <= now ? askAnew(walk.progress, 'the token expired') : walk;
}

/** The request that the walk wants answered next, or null when it has ended. */
export function wanted(walk: Walk, context: WalkContext): PageRequest | null {
  switch (walk.mode) {
    case 'begin':
      return firstRequest(walk.progress, context);
    case 'walking':
    case 'doubting':
    case 'confirming-empty':
      return walk.request;
    case 'finished':
    case 'stuck':
      return null;
  }
}

/** The one transition: what the walk becomes when `request` was answered. */
export function step(walk: Walk, request: PageRequest, event: WalkEvent, context: WalkContext): Walk {
  if (walk.mode === 'finished' || walk.mode === 'stuck')
    throw new TypeError(`a walk that is ${walk.mode} asks nothing`);
  const { reading } = event;
  if (walk.mode === 'confirming-empty') return judgeEmpty(walk, reading, context);
  switch (reading.type) {
    case 'page':
      return afterPage(walk, request, reading, context);
    case 'nothing':
      return afterNothing(walk, request, reading, context);
    case 'restart':
      return askAnew(walk.progress, reading.detail);
    case 'refused':
      if (request.continues && reading.cause === 'request') return askAnew(walk.progress, reading.detail);
      return { mode: 'stuck', why: reading.detail, narrow: false, progress: walk.progress };
    case 'absent':
      return { mode: 'stuck', why: reading.detail, narrow: false, progress: walk.progress };
    case 'throttled':
    case 'blocked':
    case 'broken':
      throw new TypeError(`an answer that is ${reading.type} is the fetcher's to ask again`);
  }
}

type Page = Extract<Reading, { type: 'page' }>;
type Doubted = Extract<Walk, { mode: 'begin' | 'walking' | 'doubting' }>;

function afterPage(walk: Doubted, request: PageRequest, page: Page, context: WalkContext): Walk {
  const asked = walk.mode === 'doubting' ? walk.asked : 0;
  const progress = advance(
    walk.mode === 'doubting' ? unread(walk.progress, request) : walk.progress,
    request,
    page,
  );
  if (page.end === 'proved') return { mode: 'finished', end: 'proved', progress };
  if (page.end === 'unproved' || page.next === null) {
    return doubt(progress, request, 'the list stopped without an end marker', asked, context);
  }
  if (page.next.url === request.url) return doubt(progress, request, 'the token repeats', asked, context);
  const loop = followLoop(progress.loop, page.next.url);
  if (loop === null)
    return doubt({ ...progress, loop: startLoop() }, request, 'the tokens run in a circle', asked, context);
  return { mode: 'walking', request: page.next, progress: { ...progress, loop } };
}

function afterNothing(
  walk: Doubted,
  request: PageRequest,
  reading: Extract<Reading, { type: 'nothing' }>,
  context: WalkContext,
): Walk {
  const progress = { ...walk.progress, serverDate: walk.progress.serverDate ?? reading.serverDate };
  if (progress.pages === 0 && progress.skipped === null) {
    const probe = context.source.confirmEmpty(context.stream, context.range, context.today);
    return { mode: 'confirming-empty', request: probe, progress, asked: 0 };
  }
  // A page was passed over: the window ends as a gap anyway, whatever its end is worth.
  if (progress.skipped !== null) return { mode: 'finished', end: 'confirmed', progress };
  if (endsByCount(progress, context)) return { mode: 'finished', end: 'confirmed', progress };
  return doubt(progress, request, reading.detail, walk.mode === 'doubting' ? walk.asked : 0, context);
}

/** Two independent statements of an offset list agree: it holds `announced` rows, and past them is nothing. */
function endsByCount(progress: Progress, context: WalkContext): boolean {
  return (
    streamOf(context).countsRows && progress.announced !== null && progress.sinceRestart >= progress.announced
  );
}

/** Asks the same again, then the list from another place; agreeing answers confirm the end. */
function doubt(
  progress: Progress,
  request: PageRequest,
  why: string,
  asked: number,
  context: WalkContext,
): Walk {
  const end = `${progress.last ?? ''}|${goesOnFromLast(progress, context) ? '' : String(progress.sinceRestart)}`;
  if (progress.ends.includes(end)) return agreedEnd(progress, why, context);
  if (asked < REPEATS) return { mode: 'doubting', request, progress, why, asked: asked + 1 };
  if (progress.ends.length >= DOUBTFUL_ENDS) return { mode: 'stuck', why, narrow: true, progress };
  const doubted = { ...progress, ends: [...progress.ends, end] };
  if (streamOf(context).countsRows && progress.lastFull !== null) {
    // The page before the end must still be delivered: this tells an end from an outage that answers "nothing".
    return {
      mode: 'walking',
      request: progress.lastFull.request,
      progress: rewound(doubted, progress.lastFull.count),
    };
  }
  return { mode: 'begin', progress: anew(doubted) };
}

function agreedEnd(progress: Progress, why: string, context: WalkContext): Walk {
  // An offset list's total counts phantom rows; a token list that stops short of its own size is not believed.
  const announced = announcedInVain(progress);
  if (announced !== null && !streamOf(context).countsRows) {
    return {
      mode: 'stuck',
      why: `${why}; ${String(announced)} records were announced`,
      narrow: true,
      progress,
    };
  }
  return { mode: 'finished', end: 'confirmed', progress };
}

/** The size that a list announced and did not reach, of the whole or since it was asked anew; null when it did. */
export function announcedInVain({
  announced,
  records,
  announcedSince = null,
  sinceRestart,
}: Progress): number | null {
  if (announced !== null && records < announced) return announced;
  return announcedSince !== null && sinceRestart < announcedSince ? announcedSince : null;
}

/** A page that is asked for again is counted once: repeats must not make up for what the list withholds. */
function unread(progress: Progress, request: PageRequest): Progress {
  const { lastFull, records, sinceRestart } = progress;
  if (lastFull?.request.url !== request.url) return progress;
  return { ...progress, records: records - lastFull.count, sinceRestart: sinceRestart - lastFull.count };
}

/** The last page's rows are about to be counted a second time. */
function rewound(progress: Progress, count: number): Progress {
  const { records, sinceRestart } = progress;
  return {
    ...progress,
    records: records - count,
    sinceRestart: sinceRestart - count,
    lastFull: null,
    loop: startLoop(),
  };
}

function askAnew(progress: Progress, why: string): Walk {
  const fruitless = progress.sinceRestart === 0 ? progress.fruitless + 1 : 0;
  if (fruitless >= FRUITLESS_RESTARTS || (fruitless === 0 && circling(progress))) {
    return { mode: 'stuck', why, narrow: true, progress };
  }
  const ends = [...progress.ends, `restart|${progress.last ?? ''}|${String(progress.sinceRestart)}`];
  return { mode: 'begin', progress: anew({ ...progress, fruitless, ends }) };
}

/** The list is asked anew, with a size of its own. */
function anew(progress: Progress): Progress {
  return { ...progress, sinceRestart: 0, announcedSince: null, loop: startLoop() };
}

/** The list breaks off at the same place each time: asking the whole of it once more will not help. */
function circling(progress: Progress): boolean {
  const place = `restart|${progress.last ?? ''}|${String(progress.sinceRestart)}`;
  return progress.ends.filter((end) => end === place).length >= 2;
}

function judgeEmpty(
  walk: Extract<Walk, { mode: 'confirming-empty' }>,
  reading: Reading,
  context: WalkContext,
): Walk {
  const verdict = context.source.judgeEmpty(context.stream, context.range, reading);
  if (verdict === 'empty') return { mode: 'finished', end: 'empty', progress: walk.progress };
  if (verdict === 'not-empty')
    return askAnew(walk.progress, 'a second request lists records where the first said none');
  if (walk.asked < REPEATS) return { ...walk, asked: walk.asked + 1 };
  return {
    mode: 'stuck',
    why: 'the upstream says that there is nothing, and nothing else confirms it',
    narrow: false,
    progress: walk.progress,
  };
}

function advance(progress: Progress, request: PageRequest, page: Page): Progress {
  const stamps = [...page.items, ...page.bad].flatMap((item) =>
    item.datestamp === null ? [] : [item.datestamp],
  );
  const sorted = stamps.toSorted();
  const rising =
    progress.rising && (progress.last === null || sorted[0] === undefined || sorted[0] >= progress.last);
  return {
    ...progress,
    pages: progress.pages + 1,
    records: progress.records + page.count,
    sinceRestart: progress.sinceRestart + page.count,
    fruitless: 0,
    rising,
    last: sorted.at(-1) ?? progress.last,
    serverDate: progress.serverDate ?? page.serverDate,
    announced: progress.announced ?? page.announced,
    announcedSince: progress.announcedSince ?? page.announced,
    lastFull: page.count > 0 ? { request, count: page.count } : progress.lastFull,
  };
}

function firstRequest(progress: Progress, context: WalkContext): PageRequest {
  const { source, stream, range, look, today } = context;
  return progress.last !== null && goesOnFromLast(progress, context)
    ? source.resume(stream, range, look, progress.last, today)
    : source.first(stream, range, look, today);
}

/**
 * Whether a broken list may go on from its last datestamp: only where the stamps rose so far. Should a later
 * record be out of order after all, the second look lists it.
 */
function goesOnFromLast(progress: Progress, context: WalkContext): boolean {
  return progress.rising && !streamOf(context).countsRows;
}

function streamOf(context: WalkContext): Source['streams'][number] {
  const stream = context.source.streams.find(({ name }) => name === context.stream);
  if (!stream) throw new TypeError(`source ${context.source.id} has no stream ${context.stream}`);
  return stream;
}

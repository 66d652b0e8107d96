import { addDays, startOf, type Day } from '../model/day.ts';
import { rangeGapKey } from '../model/gap.ts';
import type { DayRange, Window } from '../model/window.ts';
import type { PollPlan, Stream } from '../sources/port.ts';
import type { Commit, GapUpdate, NewWindow } from '../store/port.ts';
import type { Walk } from './walk.ts';

/** What the end of a look means for its window: part of a commit. */
export type Conclusion = Pick<Commit, 'next' | 'spawn' | 'drop' | 'gaps' | 'closeGaps' | 'source'>;

/** What is known when a look has ended. */
export interface EndOfLook {
  readonly window: Window;
  readonly walk: Extract<Walk, { mode: 'finished' | 'stuck' }>;
  readonly stream: Stream;
  readonly poll: PollPlan;
  /** Wall ms. */
  readonly now: number;
  /** The server's day in the first answer of look 1; null when no server named one. */
  readonly serverDay: Day | null;
  /** This look listed records that are not here (gaps opened since it began). */
  readonly foundMissing: boolean;
  /** The gap of this range as it stands, if there is one. */
  readonly gapSince: number | null;
  /** What the upstream answered when the range was tried last. */
  readonly lastAnswer: string | null;
}

/** Decides what becomes of a window when a look at it has ended. */
export function conclude(end: EndOfLook): Conclusion {
  if (end.walk.mode === 'stuck') return stuck(end, end.walk);
  const short = shortage(end);
  if (short !== null) return gapOf(end, short, end.window.look);
  if (end.walk.progress.skipped !== null) return gapOf(end, end.walk.progress.skipped, end.window.look);
  return end.window.to === null ? concludeTail(end) : concludeClosed(end);
}

function concludeTail(end: EndOfLook): Conclusion {
  const { window, walk, stream } = end;
  if (walk.mode === 'finished' && walk.end === 'empty' && window.look === 1) return tailDone(end, {});
  const today = end.serverDay;
  if (today === null) return tailDone(end, {});
  if (window.look === 1 && stream.secondLook && today > window.from) {
    return settled(end, {
      state: 'OPEN',
      look: 2,
      nextAt: null,
      reason: 'the days that are over get their second look',
    });
  }
  const newFrom = addDays(today, -stream.lagDays);
  const watermark = { watermark: end.window.serverDate ?? end.walk.progress.serverDate };
  if (newFrom <= window.from) return tailDone(end, watermark);
  const over: DayRange = { from: window.from, to: newFrom };
  return {
    ...tailDone(end, watermark),
    drop: true,
    spawn: [
      overWindow(end, over),
      { ...tailWindow(window, newFrom), nextAt: end.poll.next(end.now), lookedAt: end.now },
    ],
  };
}

/** The tail waits for the next poll. */
function tailDone(end: EndOfLook, source: NonNullable<Commit['source']>): Conclusion {
  return {
    ...settled(end, {
      state: 'OPEN',
      look: 1,
      nextAt: end.poll.next(end.now),
      reason: 'waits for the next poll',
    }),
    source: { ...source, lastSuccessAt: end.now, attempt: 0 },
  };
}

/** Days that left the tail: the walk that just ended has covered them after they were over. */
function overWindow(end: EndOfLook, range: DayRange): NewWindow {
  const looked = end.window.look > 1;
  const verified = looked && !end.foundMissing;
  return {
    ...tailWindow(end.window, range.from),
    to: range.to,
    lane: 'backfill',
    state: verified ? 'VERIFIED' : 'SEALED',
    look: looked ? end.window.look + 1 : 2,
    reason: verified
      ? 'a second look at the tail found nothing missing'
      : 'its days are over; the walk of the tail covered them',
    lookedAt: end.now,
    serverDate: end.walk.progress.serverDate,
    records: end.window.records,
    pages: end.window.pages,
  };
}

/** A tail of this window's stream that begins on `from`. */
export function tailWindow(window: Pick<Window, 'source' | 'stream'>, from: Day): NewWindow {
  return {
    source: window.source,
    stream: window.stream,
    from,
    to: null,
    lane: 'tail',
    state: 'OPEN',
    look: 1,
    cursor: '',
    nextAt: null,
    attempts: 0,
    reason: '',
    serverDate: null,
    lookedAt: null,
    records: 0,
    pages: 0,
  };
}

function concludeClosed(end: EndOfLook): Conclusion {
  const { window, walk, stream, serverDay } = end;
  const due = addDays(window.to ?? window.from, stream.lagDays);
  const early = serverDay === null || serverDay < due;
  // The tail still covers these days; they were only listed once more.
  if (early && window.lane === 'repair')
    return { ...settled(end, { state: 'OPEN', look: 1, nextAt: null, reason: '' }), drop: true };
  if (early && window.look === 1) {
    // Our clock may be ahead: only the server's own date can say that these days are over.
    return settled(end, {
      state: 'OPEN',
      look: 1,
      nextAt: end.now + msUntil(due, serverDay),
      reason: `the server's date does not yet say that ${due} is reached`,
    });
  }
  const how = walk.mode === 'finished' ? walk.end : 'confirmed';
  if (!stream.secondLook)
    return settled(end, { state: 'SEALED', look: 1, nextAt: null, reason: `end ${how}` });
  if (window.look === 1 && how === 'empty') {
    return settled(end, {
      state: 'VERIFIED',
      look: 2,
      nextAt: null,
      reason: 'two different requests agree that it is empty',
    });
  }
  if (window.look === 1)
    return settled(end, { state: 'SEALED', look: 2, nextAt: null, reason: `end ${how}` });
  if (end.foundMissing)
    return settled(end, {
      state: 'SEALED',
      look: window.look + 1,
      nextAt: null,
      reason: 'the look listed records that were missing; once they are here it is looked at again',
    });
  return settled(end, {
    state: 'VERIFIED',
    look: window.look + 1,
    nextAt: null,
    reason: 'a second look found nothing missing',
  });
}

/** How long until the server's own clock reaches a day; it, not ours, is asked. */
function msUntil(day: Day, serverDay: Day | null): number {
  return Math.max(startOf(day) - startOf(serverDay ?? day), 0) + 3_600_000;
}

/** A list that ends by protocol, and yet short of its own size in the second look too. */
function shortage(end: EndOfLook): string | null {
  const { announced, records } = end.walk.progress;
  if (end.window.look === 1 && end.stream.secondLook) return null;
  if (announced === null || end.stream.countsRows || records >= announced) return null;
  return `the upstream announced ${String(announced)} records and listed ${String(records)}`;
}

const GAP_DELAYS_MS = [5_000, 30_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000];
const IDENTICAL_ANSWERS = 3;
/** Answers closer together than this may be one cached answer: they do not confirm an absence. */
const SPACED_MS = 3_600_000;

/** The wait before a gap is tried again after `attempts` tries, in ms. */
export function gapDelay(attempts: number): number {
  return GAP_DELAYS_MS[Math.min(attempts, GAP_DELAYS_MS.length) - 1] ?? 0;
}

function stuck(end: EndOfLook, walk: Extract<Walk, { mode: 'stuck' }>): Conclusion {
  const halves = walk.narrow ? split(end.window, end.serverDay) : null;
  if (halves !== null) return splitInto(end, halves, walk.why);
  return gapOf(end, walk.why, end.window.look);
}

/** Puts smaller windows in the place of one that cannot be walked as a whole. */
export function splitInto(
  end: Pick<EndOfLook, 'window' | 'now'>,
  halves: readonly NewWindow[],
  why: string,
): Conclusion {
  return {
    next: { cursor: end.window.cursor, reason: why },
    drop: true,
    spawn: halves,
    closeGaps: [rangeGapKey(end.window.stream, end.window)],
  };
}

/** The two halves of a window, or null when it is a single day. The tail is split off at the server's day. */
export function split(window: Window, today: Day | null): readonly NewWindow[] | null {
  const end = window.to ?? today;
  if (end === null) return null;
  const days = Math.round((startOf(end) - startOf(window.from)) / 86_400_000);
  const closed = { ...tailWindow(window, window.from), lane: 'backfill' as const };
  if (window.to === null) return days < 1 ? null : [{ ...closed, to: end }, tailWindow(window, end)];
  if (days < 2) return null;
  const middle = addDays(window.from, Math.floor(days / 2));
  return [
    { ...closed, to: middle },
    { ...closed, from: middle, to: window.to },
  ];
}

/** The window becomes a gap that is tried again, and confirmed absent after identical answers spaced over time. */
export function gapOf(end: EndOfLook, answer: string, look: number): Conclusion {
  const attempts = end.window.attempts + 1;
  const since = end.gapSince ?? end.now;
  const confirmed =
    end.walk.mode === 'finished' &&
    attempts >= IDENTICAL_ANSWERS &&
    end.lastAnswer === answer &&
    end.now - since >= SPACED_MS;
  const gap: GapUpdate = {
    key: rangeGapKey(end.window.stream, end.window),
    id: null,
    range: { stream: end.window.stream, from: end.window.from, to: end.window.to },
    datestamp: null,
    reason: answer,
    attempts,
    state: confirmed ? 'confirmed-absent' : 'open',
    lastAnswer: answer,
    nextAt: end.now + gapDelay(attempts),
  };
  const next = confirmed
    ? {
        cursor: '',
        state: 'VERIFIED' as const,
        look: look + 1,
        nextAt: null,
        attempts,
        reason: `confirmed absent: ${answer}`,
        lookedAt: end.now,
      }
    : {
        cursor: '',
        state: 'GAP' as const,
        look,
        nextAt: end.now + gapDelay(attempts),
        attempts,
        reason: answer,
      };
  return { next, gaps: [gap], source: { reason: answer } };
}

function settled(
  end: EndOfLook,
  change: { state: Window['state']; look: number; nextAt: number | null; reason: string },
): Conclusion {
  const { progress } = end.walk;
  const first = end.window.look === 1;
  return {
    next: {
      ...change,
      cursor: '',
      attempts: 0,
      lookedAt: end.now,
      ...(first ? { records: progress.records, pages: progress.pages, serverDate: progress.serverDate } : {}),
    },
    closeGaps: [rangeGapKey(end.window.stream, end.window)],
  };
}

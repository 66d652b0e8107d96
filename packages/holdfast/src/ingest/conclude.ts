import { addDays, startOf, type Day } from '../model/day.ts';
import { rangeGapKey } from '../model/gap.ts';
import { NO_VERSION, type DayRange, type Window } from '../model/window.ts';
import type { Commit, NewWindow } from '../store/port.ts';
import { cutBackToServer } from './clock-refusal.ts';
import { splitInto, type Conclusion, type EndOfLook } from './conclusion.ts';
import { gapOf } from './gap-of.ts';
import { announcedInVain, type Walk } from './walk.ts';
import { split, tailWindow } from './windows.ts';

/** So often versions are asked for that the upstream does not tell. */
const VERSION_TRIES = 3;

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
  // A tail that begins in the upstream's future was planned by a clock that is ahead.
  const ahead = window.look === 1 && end.serverDay !== null && end.serverDay < window.from;
  const cutBack = ahead ? cutBackToServer(window, end.serverDay ?? window.from, stream, end.now) : null;
  if (cutBack !== null) return cutBack;
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
  const verified = looked && !end.foundMissing && end.versions.left === 0;
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
      nextAt: end.now + Math.min(msUntil(due, serverDay), stream.settlesWithinMs ?? Number.POSITIVE_INFINITY),
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
  const { left, numbered } = end.versions;
  const attempts = numbered > 0 ? 0 : window.attempts + 1;
  const unknown = left === 0 ? '' : `; ${NO_VERSION} ${String(left)} records`;
  if (left > 0 && attempts < VERSION_TRIES)
    return settled(end, {
      state: 'SEALED',
      look: window.look + 1,
      nextAt: null,
      attempts,
      reason: `a second look found nothing missing${unknown}: they are asked for again`,
    });
  return settled(end, {
    state: 'VERIFIED',
    look: window.look + 1,
    nextAt: null,
    // Counted on, so that weekly sweeps for them end.
    attempts: left === 0 ? 0 : attempts,
    reason: `a second look found nothing missing${unknown}`,
  });
}

/** How long until the server's own clock reaches a day; it, not ours, is asked. */
function msUntil(day: Day, serverDay: Day | null): number {
  return Math.max(startOf(day) - startOf(serverDay ?? day), 0) + 3_600_000;
}

/** A list that ends by protocol, and yet short of its own size in the second look too. */
function shortage(end: EndOfLook): string | null {
  const { progress } = end.walk;
  if (end.window.look === 1 && end.stream.secondLook) return null;
  const announced = announcedInVain(progress);
  if (announced === null || end.stream.countsRows) return null;
  const listed = Math.min(progress.records, announced - 1);
  return `the upstream announced ${String(announced)} records and listed ${String(listed)}`;
}

function stuck(end: EndOfLook, walk: Extract<Walk, { mode: 'stuck' }>): Conclusion {
  const halves = walk.narrow ? split(end.window, end.serverDay) : null;
  if (halves !== null) return splitInto(end, halves, walk.why);
  return gapOf(end, walk.why, end.window.look);
}

function settled(
  end: EndOfLook,
  change: {
    state: Window['state'];
    look: number;
    nextAt: number | null;
    reason: string;
    attempts?: number;
  },
): Conclusion {
  const { progress } = end.walk;
  const { window } = end;
  const first = window.look === 1;
  // The second look at a tail goes by the day on which the first one began.
  const dated = first || window.to !== null;
  return {
    next: {
      attempts: 0,
      ...change,
      cursor: '',
      lookedAt: end.now,
      ...(first ? { records: progress.records, pages: progress.pages } : {}),
      ...(dated ? { serverDate: laterDate(window, progress.serverDate) } : {}),
    },
    closeGaps: [rangeGapKey(window.stream, window)],
  };
}

/** A tail's date is that of its last walk; closed days keep the later one, which an answer out of a cache may not undo. */
function laterDate({ to, serverDate }: Window, said: string | null): string | null {
  if (to === null || serverDate === null) return said;
  return said !== null && said > serverDate ? said : serverDate;
}

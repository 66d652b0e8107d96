import { addDays, daysBetween, type Day } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { NewWindow } from '../store/port.ts';

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

/** The two halves of a window, or null when it is a single day. The tail is split off at the server's day. */
export function split(window: Window, today: Day | null): readonly NewWindow[] | null {
  const end = window.to ?? today;
  if (end === null) return null;
  const days = daysBetween(window.from, end);
  const closed = { ...tailWindow(window, window.from), lane: 'backfill' as const };
  if (window.to === null) return days < 1 ? null : [{ ...closed, to: end }, tailWindow(window, end)];
  if (days < 2) return null;
  const middle = addDays(window.from, Math.floor(days / 2));
  return [
    { ...closed, to: middle },
    { ...closed, from: middle, to: window.to },
  ];
}

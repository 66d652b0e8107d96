import { addDays, startOf, type Day } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Stream } from '../sources/port.ts';
import type { Conclusion } from './conclusion.ts';
import { tailWindow } from './windows.ts';

/**
 * The upstream says that our dates lie in its future: our clock is wrong, so the same request must not be
 * sent again. Windows are cut back to the server's own day; null when its day does not explain the refusal.
 */
export function cutBackToServer(
  window: Window,
  serverDay: Day,
  stream: Stream,
  now: number,
): Conclusion | null {
  const tailFrom = addDays(serverDay, -(stream.lagDays + 1));
  const reason = `our clock is ahead: the upstream's day is ${serverDay}`;
  if (window.to === null) {
    if (window.from <= tailFrom) return null;
    return { next: { cursor: '', reason }, drop: true, spawn: [{ ...tailWindow(window, tailFrom), reason }] };
  }
  if (window.to <= serverDay) return null;
  // Nothing of the window is given up: what the upstream has not reached yet is asked when it has.
  const later = {
    ...tailWindow(window, window.from < tailFrom ? tailFrom : window.from),
    to: window.to,
    lane: window.lane,
  };
  const nextAt = now + startOf(window.to) - startOf(serverDay) + 3_600_000;
  const kept =
    window.from < tailFrom
      ? [{ ...tailWindow(window, window.from), to: tailFrom, lane: window.lane, reason }]
      : [];
  return {
    next: { cursor: '', reason },
    drop: true,
    spawn: [...kept, { ...later, nextAt, lookedAt: now, reason }],
  };
}

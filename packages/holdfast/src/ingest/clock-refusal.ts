import { addDays, type Day } from '../model/day.ts';
import type { Window } from '../model/window.ts';
import type { Stream } from '../sources/port.ts';
import { tailWindow, type Conclusion } from './conclude.ts';

/**
 * The upstream says that our dates lie in its future: our clock is wrong, so the same request must not be
 * sent again. Windows are cut back to the server's own day; null when its day does not explain the refusal.
 */
export function cutBackToServer(window: Window, serverDay: Day, stream: Stream): Conclusion | null {
  const tailFrom = addDays(serverDay, -(stream.lagDays + 1));
  const reason = `our clock is ahead: the upstream's day is ${serverDay}`;
  if (window.to === null) {
    if (window.from <= tailFrom) return null;
    return { next: { cursor: '', reason }, drop: true, spawn: [{ ...tailWindow(window, tailFrom), reason }] };
  }
  if (window.to <= serverDay) return null;
  const kept =
    window.from < tailFrom
      ? [{ ...tailWindow(window, window.from), to: tailFrom, lane: window.lane, reason }]
      : [];
  return { next: { cursor: '', reason }, drop: true, spawn: kept };
}

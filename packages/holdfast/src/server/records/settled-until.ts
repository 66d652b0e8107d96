import type { Day } from '../../model/day.ts';
import type { Window } from '../../model/window.ts';

/**
 * The first day at or after `from` that this store has not settled: it lies in a window that is not VERIFIED, or behind the
 * last one. What lies before the first was never wanted.
 */
export function settledUntil(windows: readonly Window[], from: Day): Day {
  const streams = [...new Set(windows.map(({ stream }) => stream))];
  const days = streams.map((name) =>
    ofStream(
      windows.filter(({ stream }) => stream === name),
      from,
    ),
  );
  return days.sort()[0] ?? from;
}

function ofStream(windows: readonly Window[], from: Day): Day {
  const first = windows.map((window) => window.from).sort()[0] ?? from;
  let day = from < first ? first : from;
  for (const { from: begins, to, state } of windows.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (to !== null && to <= day) continue;
    if (begins > day || to === null || state !== 'VERIFIED') break;
    day = to;
  }
  return [day, ...owedFrom(windows, from)].sort()[0] ?? day;
}

/** Where days are owed, also those that are listed again while a longer window that covers them stays VERIFIED. */
function owedFrom(windows: readonly Window[], from: Day): readonly Day[] {
  return windows
    .filter(({ to, state }) => to !== null && to > from && state !== 'VERIFIED')
    .map((window) => (window.from < from ? from : window.from));
}

import { SWEPT, type Window } from '../../model/window.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import type { Stream } from '../../sources/port.ts';

/**
 * The newest days in a row for which nothing is owed in any stream: what is still to be harvested is not missing. Null
 * when there are none.
 */
export function settledRange(windows: readonly Window[], streams: readonly Stream[]): ClosedRange | null {
  let from = '';
  let to = '9999-12-31';
  for (const stream of streams) {
    const range = settledOf(
      windows.filter((window) => window.stream === stream.name),
      stream,
    );
    if (range === null) return null;
    if (range.from > from) from = range.from;
    if (range.to < to) to = range.to;
  }
  return from !== '' && from < to ? { from, to } : null;
}

function settledOf(windows: readonly Window[], stream: Stream): ClosedRange | null {
  const closed = windows.filter((window) => window.to !== null && window.lane !== 'repair');
  const owed = closed.filter((window) => !isSettled(window, stream));
  let [from, to] = ['', ''];
  for (const window of closed.toSorted((a, b) => (a.from < b.from ? 1 : -1))) {
    const end = window.to ?? window.from;
    if (owed.some((other) => other.from < end && window.from < (other.to ?? ''))) {
      if (from !== '') break;
      continue;
    }
    if (from !== '' && end < from) break;
    if (from === '' || window.from < from) from = window.from;
    if (to === '') to = end;
  }
  return from === '' ? null : { from, to };
}

/** Its days were walked to an end, and looked at again where that is done; a gap is visible already. */
function isSettled({ state, reason }: Window, { secondLook }: Stream): boolean {
  if (state === 'SEALED') return !secondLook || reason === SWEPT;
  return state === 'VERIFIED' || state === 'GAP';
}

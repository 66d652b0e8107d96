import { SWEPT, type Window } from '../../model/window.ts';
import { placesOf, type Scope } from './scope.ts';

/** How one day of one stream stands by its windows alone. */
export interface StreamDay {
  readonly verdict: 'complete' | 'pending' | 'gap';
  readonly reason: string;
  /** The tail covers it: that it is not complete may only mean that it is not over. */
  readonly inTail: boolean;
  /** Wall ms of the look that proved it; null when none did. */
  readonly at: number | null;
}

const UNPLANNED: StreamDay = {
  verdict: 'pending',
  reason: 'no window covers it yet',
  inTail: false,
  at: null,
};

const WORSE = { complete: 0, pending: 1, gap: 2 } as const;

/** Each day of the scope by the windows of one stream; where several cover a day, the worst one decides. */
export function streamDays(windows: readonly Window[], scope: Scope): readonly StreamDay[] {
  const days = Array.from<StreamDay | null>({ length: scope.days }).fill(null);
  for (const window of windows) {
    const day = dayIn(window);
    const { begin, end } = placesOf(window, scope);
    for (let place = begin; place < end; place += 1) days[place] = worse(days[place] ?? null, day);
  }
  return days.map((day) => day ?? UNPLANNED);
}

function worse(before: StreamDay | null, day: StreamDay): StreamDay {
  if (before === null) return day;
  if (WORSE[before.verdict] !== WORSE[day.verdict])
    return WORSE[before.verdict] > WORSE[day.verdict] ? before : day;
  return (before.at ?? 0) <= (day.at ?? 0) ? before : day;
}

function dayIn(window: Window): StreamDay {
  const { state, to, reason, lookedAt } = window;
  if (state === 'GAP')
    return {
      verdict: 'gap',
      reason: reason === '' ? 'it could not be listed' : reason,
      inTail: false,
      at: null,
    };
  if (to === null)
    return {
      verdict: 'pending',
      reason: 'it is not over, or was over only a moment ago',
      inTail: true,
      at: null,
    };
  // A window that was verified is sealed again while it is looked at once more: what was proved stays so.
  if (state === 'VERIFIED' || (state === 'SEALED' && reason === SWEPT))
    return { verdict: 'complete', reason: '', inTail: false, at: lookedAt };
  return { verdict: 'pending', reason: OWED[state], inTail: false, at: null };
}

const OWED = {
  SEALED: 'it was walked to its end; the second look is due',
  FETCHING: 'it is being walked',
  OPEN: 'it was not walked to its end yet',
} as const;

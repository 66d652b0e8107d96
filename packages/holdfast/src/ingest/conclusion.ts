import type { Day } from '../model/day.ts';
import { rangeGapKey } from '../model/gap.ts';
import type { Window } from '../model/window.ts';
import type { PollPlan, Stream } from '../sources/port.ts';
import type { Commit, NewWindow } from '../store/port.ts';
import type { Walk } from './walk.ts';

/** What the end of a look means for its window: part of a commit. */
export type Conclusion = Pick<Commit, 'next' | 'spawn' | 'drop' | 'gaps' | 'closeGaps' | 'source'>;

/** What a look learnt of records whose versions nobody had told. */
export interface Learnt {
  /** Records whose versions were told. */
  readonly numbered: number;
  /** Records, at most as many as are asked for, that have none. */
  readonly left: number;
}

/** Nothing had to be asked. */
export const NOTHING_LEARNT: Learnt = { numbered: 0, left: 0 };

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
  /** What it learnt of records without a version. */
  readonly versions: Learnt;
  /** The gap of this range as it stands, if there is one. */
  readonly gapSince: number | null;
  /** What the upstream answered when the range was tried last. */
  readonly lastAnswer: string | null;
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

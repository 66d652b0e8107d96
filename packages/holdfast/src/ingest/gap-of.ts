import { rangeGapKey } from '../model/gap.ts';
import type { GapUpdate } from '../store/port.ts';
import type { Conclusion, EndOfLook } from './conclusion.ts';

const GAP_DELAYS_MS = [5_000, 30_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000];
const IDENTICAL_ANSWERS = 3;
/** Answers closer together than this may be one cached answer: they do not confirm an absence. */
const SPACED_MS = 3_600_000;

/** The wait before a gap is tried again after `attempts` tries, in ms. */
export function gapDelay(attempts: number): number {
  return GAP_DELAYS_MS[Math.min(attempts, GAP_DELAYS_MS.length) - 1] ?? 0;
}

/** The window becomes a gap that is tried again, and confirmed absent after identical answers spaced over time. */
export function gapOf(end: EndOfLook, answer: string, look: number): Conclusion {
  const attempts = end.window.attempts + 1;
  const since = end.gapSince ?? end.now;
  // Only the upstream's own word says that something is absent: a page that cannot be had, or today, never is.
  const confirmed =
    end.walk.mode === 'finished' &&
    end.walk.progress.skipped === null &&
    end.window.to !== null &&
    attempts >= IDENTICAL_ANSWERS &&
    end.lastAnswer === answer &&
    end.now - since >= SPACED_MS;
  const delayed = end.now + gapDelay(attempts);
  // The newest days are asked for at each poll, whatever is wrong with a page of theirs.
  const again = end.window.to === null ? Math.min(delayed, end.poll.next(end.now)) : delayed;
  const gap: GapUpdate = {
    key: rangeGapKey(end.window.stream, end.window),
    id: null,
    range: { stream: end.window.stream, from: end.window.from, to: end.window.to },
    datestamp: null,
    reason: answer,
    attempts,
    state: confirmed ? 'confirmed-absent' : 'open',
    lastAnswer: answer,
    nextAt: again,
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
        nextAt: again,
        attempts,
        reason: answer,
      };
  return { next, gaps: [gap], source: { reason: answer } };
}

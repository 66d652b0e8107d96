import { isTime } from '../clock/duration.ts';
import type { Verdict } from './verdict.ts';

/**
 * The verdict. What it asks to wait and is no time counts as not asked: it must become neither a retry at once nor a
 * wait without an end.
 */
export function soundVerdict(verdict: Verdict): Verdict {
  const { retryAfterMs, ...rest } = verdict;
  return retryAfterMs === undefined || isTime(retryAfterMs) ? verdict : rest;
}

import { dayOf } from '../../model/day.ts';
import type { PollPlan } from '../port.ts';

/**
 * Polls at a fixed distance. Without `expect` (ms) nothing is ever late: an old but complete repository is not
 * stale.
 */
export function pollEvery(every: number, expect?: number): PollPlan {
  return {
    next: (after) => after + every,
    expectedDay: (now) => (expect === undefined ? null : dayOf(now - expect)),
  };
}

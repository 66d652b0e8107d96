import type { Category } from '../../classify/verdict.ts';
import type { Outcome } from '../breaker/breaker-state.ts';

/** Sheds calls before they are made, first attempts too, when the other side accepts too few of them. */
export interface Throttle {
  readonly name: string;
  /** Whether this call may be made. A call that may not counts as asked for, and is not to be recorded. */
  admits(): boolean;
  /** What came of an admitted call: `success` when the other side took it on, whatever its answer. */
  record(outcome: Outcome): void;
}

const NOT_ACCEPTED: readonly Category[] = ['network', 'timeout', 'rate-limit'];
const ACCEPTED: readonly Category[] = ['permanent', 'auth-expired', 'session-lost', 'page-lost'];

/**
 * What a failure says about acceptance, which is not what it says to a breaker: a throttle (429) was not accepted,
 * a 404 was. The rest, such as DNS, a defect of ours or a cancelled call, says nothing.
 */
export function acceptance(category: Category): Outcome {
  if (NOT_ACCEPTED.includes(category)) return 'failure';
  return ACCEPTED.includes(category) ? 'success' : 'none';
}

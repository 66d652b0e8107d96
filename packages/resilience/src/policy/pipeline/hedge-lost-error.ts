import { ResilienceError } from '../../errors.ts';
import { limitStack } from '../../limit-stack.ts';

/**
 * The reason with which the signal of a copy aborts whose work nobody needs any more: another copy was faster. Has no
 * stack: it is made often and always in one place.
 */
export class HedgeLostError extends ResilienceError {
  constructor() {
    const frames = limitStack(0);
    super('Another copy of this attempt has answered.', {
      code: 'ERR_HEDGE_LOST',
      hint: 'Nothing is wrong: stop the work of this copy.',
      verdict: {
        category: 'cancelled',
        scope: 'none',
        safeToReplay: 'no',
        evidence: 'class',
        code: 'ERR_HEDGE_LOST',
      },
    });
    limitStack(frames);
  }
}

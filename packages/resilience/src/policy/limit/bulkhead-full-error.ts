import { ResilienceError } from '../../errors.ts';
import { limitStack } from '../../limit-stack.ts';

/**
 * The call was not made, since as many run and wait as may. Has no stack: it is made often and always in one place. Its
 * category is `local`: the bound is our own, so it is no evidence about the service, and nothing has been sent.
 */
export class BulkheadFullError extends ResilienceError {
  /** Most calls at once, when it was refused. */
  readonly limit: number;
  /** Calls that waited. */
  readonly queued: number;

  constructor(name: string | undefined, limit: number, queued: number) {
    const frames = limitStack(0);
    const who = name === undefined ? 'The bulkhead' : `The bulkhead ${name}`;
    super(`${who} is full: ${limit} may run at once and ${queued} wait.`, {
      code: 'ERR_BULKHEAD_FULL',
      hint: 'Ask for less at once, or give the limit a longer queue.',
      verdict: {
        category: 'local',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_BULKHEAD_FULL',
      },
    });
    limitStack(frames);
    this.name = 'BulkheadFullError';
    this.limit = limit;
    this.queued = queued;
  }
}

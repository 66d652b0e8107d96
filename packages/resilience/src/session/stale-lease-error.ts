import { ResilienceError } from '../errors.ts';

/** A lease was used after it had ended (`ERR_LEASE_STALE`). The call never reached the driver. */
export class StaleLeaseError extends ResilienceError {
  readonly session: string;
  readonly generation: number;

  constructor(session: string, generation: number, cause?: unknown) {
    super(`The lease on generation ${String(generation)} of session "${session}" has ended.`, {
      code: 'ERR_LEASE_STALE',
      hint: 'Take a new lease and derive everything from it again; use() does so by itself.',
      cause,
      verdict: {
        category: 'session-lost',
        scope: 'session',
        safeToReplay: 'yes',
        evidence: 'flag',
        code: 'ERR_LEASE_STALE',
      },
    });
    this.session = session;
    this.generation = generation;
  }
}

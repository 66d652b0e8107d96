import { RefusalError } from '../refusal-error.ts';

/**
 * The call was not made, since as many run and wait as may. Its category is `local`: the bound is our own, so it is no
 * evidence about the service, and nothing has been sent.
 */
export class BulkheadFullError extends RefusalError {
  /** Most calls at once, when it was refused. */
  readonly limit: number;
  /** Calls that waited. */
  readonly queued: number;
  readonly #who: string | undefined;

  constructor(name: string | undefined, limit: number, queued: number) {
    super({
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
    this.name = 'BulkheadFullError';
    this.limit = limit;
    this.queued = queued;
    this.#who = name;
  }

  protected tell(): string {
    const who = this.#who === undefined ? 'The bulkhead' : `The bulkhead ${this.#who}`;
    return `${who} is full: ${this.limit} may run at once and ${this.queued} wait.`;
  }
}

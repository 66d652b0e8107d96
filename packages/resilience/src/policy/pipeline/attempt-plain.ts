import type { AttemptContext } from './attempt.ts';

/** What a function is given in an attempt that nothing can interrupt. */
export class PlainContext implements AttemptContext {
  readonly attempt: number;
  #signal: AbortSignal | undefined;

  constructor(attempt: number) {
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }

  get progress(): () => void {
    return NOTHING;
  }
}

const NOTHING = (): void => {};

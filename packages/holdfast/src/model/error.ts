import type { Verdict } from '@holdfast/resilience';

/** What every error of the application carries besides its sentence. */
export interface ErrorDetails {
  /** What the person can do next. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Lets `classify` take the category from the error itself. */
  readonly verdict?: Verdict;
}

/** What is told of an error, for people. */
export interface TellableError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** An error with a stable `code`, a sentence for a person and a hint what to do next. */
export class HoldfastError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly verdict?: Verdict;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.hint = details.hint ?? '';
    if (details.verdict) this.verdict = details.verdict;
  }
}

import type { Verdict } from './classify/verdict.ts';

/** What every error of this package carries besides its message. */
export interface ResilienceErrorOptions {
  /** Stable, never localised; scripts may compare it. */
  readonly code: string;
  /** What a person can do next. */
  readonly hint: string;
  readonly cause?: unknown;
  /** The error's own classification; `classify` believes it. */
  readonly verdict?: Verdict;
}

/** Base of all errors thrown by this package. Compare `code`, not the class: copies of the package may coexist. */
export class ResilienceError extends Error {
  readonly code: string;
  readonly hint: string;
  declare readonly verdict?: Verdict;

  /** @param message undefined where the class tells it by a getter. */
  constructor(message: string | undefined, options: ResilienceErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.hint = options.hint;
    if (options.verdict !== undefined) this.verdict = options.verdict;
  }
}

/** An option has a value that cannot work. `field` is the option's path, such as `retry.network.attempts`. */
export class InvalidOptionError extends ResilienceError {
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`Option ${field} ${problem}.`, {
      code: 'ERR_INVALID_OPTION',
      hint: `Correct ${field} and start again.`,
    });
    this.name = 'InvalidOptionError';
    this.field = field;
  }
}

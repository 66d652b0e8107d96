import { ResilienceError } from '../errors.ts';
import type { EntryKind } from './ledger.ts';

/** A thing that an operation does, as errors name it. */
export interface Named {
  readonly kind: EntryKind;
  readonly name: string;
}

/** Where the program and the ledger differ; positions from 0, `is` stands at `position`. */
export interface Difference {
  readonly scope: string;
  readonly position: number;
  readonly was: Named & { readonly position: number };
  readonly is: Named;
}

/** The program is not the one that the ledger remembers: at one place it does something else. */
export class OperationChangedError extends ResilienceError {
  constructor(key: string, { scope, position, was, is }: Difference) {
    const inside = scope === '' ? '' : ` in ${scope}`;
    super(
      `The program of operation ${key} was changed: number ${was.position + 1}${inside} was ${was.kind} "${was.name}", ` +
        `and now ${is.kind} "${is.name}" is number ${position + 1}.`,
      {
        code: 'ERR_OPERATION_CHANGED',
        hint: 'Give the steps their former names and order (new ones may be added at the end), begin under a new key, or forget this operation.',
        verdict: { category: 'defect', scope: 'none', safeToReplay: 'no', evidence: 'class' },
      },
    );
    this.name = 'OperationChangedError';
  }
}

/** How an operation can be programmed wrongly. */
export type OperationMisuse =
  /** A name is used twice within its surrounding, or an id twice within an `each`. */
  | 'ERR_OPERATION_DUPLICATE'
  /** Something was begun before the thing before it was awaited. */
  | 'ERR_OPERATION_OVERLAP'
  /** A result is not JSON. */
  | 'ERR_OPERATION_VALUE'
  /** The operation has ended. */
  | 'ERR_OPERATION_OVER';

const HINTS: Readonly<Record<OperationMisuse, string>> = {
  ERR_OPERATION_DUPLICATE: 'Give each its own name or id, for what was done is found again by it.',
  ERR_OPERATION_OVERLAP: 'Await one after the other; to do things at the same time use each().',
  ERR_OPERATION_VALUE: 'Return JSON: null, booleans, finite numbers, text, arrays and plain objects.',
  ERR_OPERATION_OVER: 'Await everything inside the function of the operation.',
};

/** The operation is programmed wrongly; nothing was done. */
export class OperationMisuseError extends ResilienceError {
  declare readonly code: OperationMisuse;

  constructor(code: OperationMisuse, message: string) {
    super(message, {
      code,
      hint: HINTS[code],
      verdict: { category: 'defect', scope: 'none', safeToReplay: 'no', evidence: 'class' },
    });
    this.name = 'OperationMisuseError';
  }
}

/**
 * Thrown by an effect's `act` that knows for certain that nothing happened: the portal refused, the button was not
 * there. The intent is withdrawn, and the error goes up.
 */
export class EffectRefusedError extends ResilienceError {
  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, {
      code: 'ERR_EFFECT_REFUSED',
      hint: options.hint ?? 'Correct what the other side refuses, and run the operation again.',
      cause: options.cause,
      verdict: { category: 'permanent', scope: 'call', safeToReplay: 'yes', evidence: 'class' },
    });
    this.name = 'EffectRefusedError';
  }
}

/**
 * Ends an operation whose `maxItems` are done: thrown where the next item would begin, and by everything that is
 * called on the operation afterwards. Let it pass; `operation` turns it into a report with state `partial`.
 */
export class OperationStopped extends ResilienceError {
  constructor(key: string) {
    super(`Operation ${key} has done as many items as it was asked to.`, {
      code: 'ERR_OPERATION_STOPPED',
      hint: 'Let this pass: the next run goes on with the next item.',
      verdict: { category: 'cancelled', scope: 'none', safeToReplay: 'yes', evidence: 'class' },
    });
    this.name = 'OperationStopped';
  }
}

/** Whether an error is a stop, or was made from one. */
export function isStop(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth += 1) {
    if (e instanceof OperationStopped) return true;
  }
  return false;
}

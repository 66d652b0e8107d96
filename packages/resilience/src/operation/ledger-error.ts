import { ResilienceError } from '../errors.ts';
import type { ResilienceErrorOptions } from '../errors.ts';

/** What can be wrong with a ledger, besides a run that is busy or fenced. */
export type LedgerErrorCode =
  | 'ERR_LEDGER_NOT_IN_DOUBT'
  | 'ERR_LEDGER_WRITE'
  | 'ERR_LEDGER_DAMAGED'
  | 'ERR_LEDGER_ASYNC_WRITE'
  | 'ERR_LEDGER_TRANSACTION'
  | 'ERR_LEDGER_UNSAFE'
  | 'ERR_LEDGER_VERSION'
  | 'ERR_LEDGER_CLOSED';

/** A ledger refused, or could not do, what was asked. Nothing was written. */
export class LedgerError extends ResilienceError {
  declare readonly code: LedgerErrorCode;

  constructor(message: string, options: ResilienceErrorOptions & { readonly code: LedgerErrorCode }) {
    super(message, options);
    this.name = 'LedgerError';
  }
}

/** A later claim has the run (or it was forgotten): what this one still wanted to write was refused. */
export class LedgerFencedError extends ResilienceError {
  constructor(key: string) {
    super(`Operation ${key} is no longer owned by this run: what it wanted to write was refused.`, {
      code: 'ERR_LEDGER_FENCED',
      hint: 'Somebody else went on with it, or it was given back or forgotten. Nothing has to be done here.',
      verdict: { category: 'permanent', scope: 'none', safeToReplay: 'no', evidence: 'class' },
    });
    this.name = 'LedgerFencedError';
  }
}

/** The operation is being run by somebody who is alive. */
export class OperationBusyError extends ResilienceError {
  constructor(key: string) {
    super(`Operation ${key} is already being run.`, {
      code: 'ERR_OPERATION_BUSY',
      hint: 'Wait until that run has ended, or end its process: it is then resumed at once.',
      verdict: { category: 'local', scope: 'none', safeToReplay: 'yes', evidence: 'class' },
    });
    this.name = 'OperationBusyError';
  }
}

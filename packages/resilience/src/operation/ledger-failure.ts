import { classify } from '../classify/classify.ts';
import { LedgerError } from './ledger-error.ts';

/** SQLite's primary result codes CORRUPT and NOTADB. */
const DAMAGED: readonly number[] = [11, 26];

/**
 * What an error of SQLite or of the file system means for a ledger's file: a LedgerError that names it; any other
 * error as it is.
 */
export function ledgerFailure(file: string, error: unknown): unknown {
  if (error instanceof LedgerError) return error;
  const errcode = (error as { readonly errcode?: unknown } | null | undefined)?.errcode;
  if (typeof errcode === 'number' && DAMAGED.includes(errcode & 0xff))
    return damaged(`The ledger ${file}`, error);
  const verdict = classify(error);
  // Only the ledger makes folders; what a commit of the user does with files is the user's.
  const isFolder = (error as { readonly syscall?: unknown } | null | undefined)?.syscall === 'mkdir';
  if (verdict.category !== 'local' && !isFolder) return error;
  return new LedgerError(`The ledger ${file} could not be written or read.`, {
    code: 'ERR_LEDGER_WRITE',
    hint: 'Free space on its disk, and look whether the file and its folder may be written; then run the operation again.',
    cause: error,
    verdict: { ...verdict, category: 'local', code: 'ERR_LEDGER_WRITE' },
  });
}

/** Something of a ledger that cannot be read. */
export function damaged(what: string, cause: unknown): LedgerError {
  return new LedgerError(`${what} is damaged, or is none.`, {
    code: 'ERR_LEDGER_DAMAGED',
    hint: 'Keep the file, and go on with a copy from before; look at what was sent since then, for it would be sent again.',
    cause,
    verdict: {
      category: 'local',
      scope: 'none',
      safeToReplay: 'no',
      evidence: 'class',
      code: 'ERR_LEDGER_DAMAGED',
    },
  });
}

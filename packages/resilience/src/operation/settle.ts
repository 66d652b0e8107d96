import { InvalidOptionError } from '../errors.ts';
import { LedgerError } from './ledger-error.ts';
import { nameOf } from './entry-path.ts';
import type { LedgerEntry } from './ledger.ts';

/**
 * An effect in doubt as a person decided it, for the ledgers' `settle`.
 * @throws LedgerError `ERR_LEDGER_NOT_IN_DOUBT`, InvalidOptionError
 */
export function settled(
  key: string,
  path: string,
  entry: LedgerEntry | undefined,
  decision: 'done' | 'not-done',
): LedgerEntry {
  // Whatever is not "done" would have the effect done again.
  if (decision !== 'done' && decision !== 'not-done') {
    throw new InvalidOptionError('decision', "must be 'done' or 'not-done'");
  }
  if (entry?.state !== 'in-doubt') {
    throw new LedgerError(
      `${nameOf(path)} (${path}) of operation ${key} is ${entry === undefined ? 'not known' : entry.state}, not in doubt.`,
      {
        code: 'ERR_LEDGER_NOT_IN_DOUBT',
        hint: 'Look at the entries of the operation for those whose state is in-doubt.',
      },
    );
  }
  const { doubt: _, ...rest } = entry;
  return { ...rest, state: decision === 'done' ? 'done' : 'withdrawn' };
}

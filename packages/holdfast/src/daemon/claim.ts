import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import { type Journal, journalFile, readJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import { endOrphans } from './orphans.ts';
import { identify, isAlive } from '@holdfast/resilience/process';

/** A data folder that is this supervisor's alone. */
export interface Claim {
  /** The journal that the supervisor before left; null when there is none. */
  readonly journal: Journal | null;
  /** Children of a dead supervisor that were ended, by name. */
  readonly orphans: readonly string[];
  release(): void;
}

/** What is claimed. */
export interface ClaimPlace {
  readonly dataDir: string;
  readonly control: string;
}

/**
 * Makes sure that no other supervisor works for this data folder and that none of an earlier one's children is left.
 * @throws HoldfastError `ERR_STORE_LOCKED` when another one does.
 */
export async function claim({ dataDir, control }: ClaimPlace, clock: Clock): Promise<Claim> {
  const lock = await takeLock({ dataDir, control, platform: process.platform });
  const journal = readJournal(journalFile(dataDir));
  if (lock === null) throw taken(dataDir, journal?.supervisor?.pid ?? null);
  const before = journal?.supervisor ?? null;
  // On Linux the lock is known to one network namespace only.
  if (before !== null && before.pid !== process.pid && isAlive(before)) {
    lock.release();
    throw taken(dataDir, before.pid);
  }
  const orphans = await endOrphans(journal, { clock });
  return { journal, orphans, release: () => lock.release() };
}

/** Who this process is, for the journal. @throws when the system does not tell. */
export function ownIdentity(): NonNullable<ReturnType<typeof identify>> {
  const own = identify(process.pid);
  if (own !== null) return own;
  throw new HoldfastError('ERR_IDENTITY', 'The system does not tell when this process was started.', {
    hint: 'On Linux /proc must be mounted; on macOS `ps` and on Windows PowerShell must be there.',
  });
}

function taken(dataDir: string, pid: number | null): HoldfastError {
  const who = pid === null ? '' : ` (process ${pid})`;
  return new HoldfastError(
    'ERR_STORE_LOCKED',
    `Another engine is working on the store: a supervisor${who} has the data folder ${dataDir}.`,
    { hint: 'See how it stands (holdfast status), or end it (holdfast stop).' },
  );
}

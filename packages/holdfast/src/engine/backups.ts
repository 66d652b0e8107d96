import type { Clock } from '@holdfast/resilience/clock';
import type { BackupReport, LastBackup } from '../backup/index.ts';

/** What the schedule of backups works with. */
export interface BackupSchedule {
  readonly clock: Clock;
  /** ms between two good ones; null = only when asked. */
  readonly every: number | null;
  /** What the folder says: an engine that starts again repeats nothing. */
  readonly last: () => LastBackup | null;
  /** Makes one in a process of its own, which dies when the signal aborts. */
  readonly make: (signal: AbortSignal) => Promise<BackupReport>;
  /** A sentence when the last one failed; null when it did not. */
  readonly onResult: (failure: string | null) => void;
}

/** An engine that starts has more to do than this, ms. */
const FIRST_MS = 60_000;
const RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;
/** No timer reaches further: the folder is looked at again, and a person may have made one meanwhile. */
const LONGEST_WAIT_MS = 3_600_000;

/** Makes a backup whenever the last good one is too old, until `signal` aborts. A failure is tried again, ever later. */
export async function keepBackedUp(schedule: BackupSchedule, signal: AbortSignal): Promise<void> {
  const { clock, every } = schedule;
  // What is to be made no longer cannot fail, whatever the engine before left.
  if (every === null) return schedule.onResult(null);
  const rest = (ms: number): Promise<void> => clock.sleep(ms, { signal }).catch(() => undefined);
  await rest(FIRST_MS);
  for (let failures = 0; !signal.aborted;) {
    const wait = untilDue(schedule.last(), every, clock.now());
    if (wait > 0) {
      // A person may have made the one that failed here, or before this engine began.
      schedule.onResult(null);
      failures = 0;
      await rest(Math.min(wait, LONGEST_WAIT_MS));
      continue;
    }
    const failure = await tryOne(schedule, signal);
    if (signal.aborted) return;
    schedule.onResult(failure);
    failures = failure === null ? 0 : failures + 1;
    if (failure !== null) await rest(Math.min(RETRY_MS * 2 ** (failures - 1), every, LONGEST_RETRY_MS));
  }
}

function untilDue(last: LastBackup | null, every: number, now: number): number {
  const at = Date.parse(last?.lastSuccessAt ?? '');
  return Number.isNaN(at) ? 0 : at + every - now;
}

/** Null when it is done, else why it is not. */
async function tryOne({ make }: BackupSchedule, signal: AbortSignal): Promise<string | null> {
  try {
    const { ok, file, sidecar } = await make(signal);
    return ok ? null : `the copy ${file} failed its test: ${sidecar.test.problems[0] ?? 'no reason given'}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

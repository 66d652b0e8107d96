import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { processMutex } from './keyed-mutex.ts';
import { isBusy } from './sqlite-busy.ts';

/** Polling between processes: 20 to 100 ms, jittered so that two waiters do not poll in step. */
const POLL_LEAST_MS = 20;
const POLL_SPREAD_MS = 80;

/** Where the lock files are, and how to wait for them. */
export interface SqliteLockTools {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A lock between processes: an exclusive transaction held open on a database file that holds nothing. The
 * operating system frees it when the holder dies, however it dies. Inside a process a queue comes first.
 */
export async function lockFile(
  key: string,
  signal: AbortSignal | undefined,
  { folder, clock, random }: SqliteLockTools,
): Promise<() => Promise<void>> {
  const path = join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.lock`);
  const leaveQueue = await processMutex.acquire(`sqlite:${path}`, signal);
  try {
    let database = tryExclusive(path);
    while (database === undefined) {
      await clock.sleep(
        POLL_LEAST_MS + random.next() * POLL_SPREAD_MS,
        signal === undefined ? {} : { signal },
      );
      database = tryExclusive(path);
    }
    const locked = database;
    return async () => {
      try {
        // Closing rolls the empty transaction back and frees the file.
        locked.close();
      } finally {
        leaveQueue();
      }
    };
  } catch (error) {
    leaveQueue();
    throw error;
  }
}

function tryExclusive(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

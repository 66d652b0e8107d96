import type { Clock } from '@holdfast/resilience/clock';
import type { Journal } from './journal.ts';
import {
  isAlive,
  type ProcessIdentity,
  type ProcessWorld,
  systemProcesses,
} from '@holdfast/resilience/process';

const LOOK_EVERY_MS = 20;

/** How an orphan is ended, and who tells that it is gone. */
export interface OrphanWorld {
  readonly clock: Clock;
  readonly processes?: ProcessWorld;
  /** Ends a process with everything in its group. */
  readonly kill?: (pid: number) => void;
}

/**
 * Ends the children that a dead supervisor left, and waits until they are gone: there are never two of one. They
 * lose nothing by it, since whatever is not committed is fetched again. Returns the names of those that were ended.
 */
export async function endOrphans(journal: Journal | null, world: OrphanWorld): Promise<readonly string[]> {
  const { clock, processes = systemProcesses, kill = killGroup } = world;
  const ended: string[] = [];
  for (const { name, identity } of journal?.children ?? []) {
    if (identity === null || !isAlive(identity, processes)) continue;
    kill(identity.pid);
    ended.push(name);
    await untilGone(identity, clock, processes);
  }
  return ended;
}

async function untilGone(identity: ProcessIdentity, clock: Clock, processes: ProcessWorld): Promise<void> {
  while (isAlive(identity, processes)) await clock.sleep(LOOK_EVERY_MS);
}

function killGroup(pid: number): void {
  for (const target of process.platform === 'win32' ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch (error) {
      // It leads no group, or has ended by itself in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventsOf, type DrillEvent } from '../checker/events.ts';
import type { Installation } from './installation.ts';

/** Whether a process is there; one that has ended and is not buried yet is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return stateOf(pid) !== 'Z';
}

/** The letter by which Linux names the state of a process; undefined elsewhere, or when it is gone. */
export function stateOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')
      .at(-1)
      ?.split(' ')[0];
  } catch {
    return undefined;
  }
}

/** What the supervisor of an installation has logged so far. */
export function logged({ folder }: Folder): readonly DrillEvent[] {
  const file = join(folder, 'data', 'logs', 'holdfast.log');
  return existsSync(file) ? eventsOf(readFileSync(file, 'utf8')) : [];
}

/** The processes that these events tell to have been started, in order, whether they live or not. */
export function startedIn(events: readonly DrillEvent[]): readonly number[] {
  return events.flatMap(({ kind, pid }) =>
    (kind === 'engine-started' || kind === 'child-started') && typeof pid === 'number' ? [pid] : [],
  );
}

/**
 * Kills whatever an installation left running, also what was stopped or orphaned, and waits for its end. It needs no
 * word of the product: its processes are known by what they wrote down.
 */
export async function endAll(product: Folder): Promise<void> {
  const pids = new Set([...writtenDown(product), ...startedIn(logged(product))]);
  // Whatever a damaged file says: 0 is all of our own group, and 1 is the system.
  const ours = [...pids].filter((pid) => pid > 1 && isAlive(pid) && isOf(pid, product.folder));
  // First of all the supervisor, which would start the others again.
  for (const pid of ours) kill(pid, 'SIGKILL');
  for (let look = 0; look < 100 && ours.some(isAlive); look += 1) await sleep(20);
}

/** Where an installation has its data and its state. */
type Folder = Pick<Installation, 'folder'>;

/** The supervisor and its children, as it keeps them for its successor. */
export function writtenDown({ folder }: Folder): readonly number[] {
  const file = join(folder, 'data', 'supervisor.json');
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
}

/** Signals a process; false when it is gone. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * Where the system tells, a process is known by its environment, so that another one which has its number by now is
 * left alone; elsewhere its number has to do.
 */
function isOf(pid: number, folder: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${String(pid)}/environ`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

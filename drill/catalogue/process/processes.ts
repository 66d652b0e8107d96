import { existsSync, readFileSync } from 'node:fs';

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

/** Kills a process of the product that works in this folder; another one that has its number by now is left alone. */
export function endProcess(pid: number, folder: string): void {
  if (!isAlive(pid) || !isOf(pid, folder)) return;
  kill(pid, 'SIGKILL');
}

/** Signals a process; false when it is gone. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Where the system tells, a process is known by its environment; elsewhere its number has to do. */
function isOf(pid: number, folder: string): boolean {
  const file = `/proc/${String(pid)}/environ`;
  if (!existsSync(file)) return true;
  try {
    return readFileSync(file, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

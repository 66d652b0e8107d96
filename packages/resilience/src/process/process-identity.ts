import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process and no other: numbers are given again, a number with its start time within one boot is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system tells it; only ever compared. */
  readonly startedAt: string;
  /** Empty where the start time is an instant of the calendar. */
  readonly bootId: string;
}

/** The system as far as it knows processes. */
export interface ProcessWorld {
  readonly platform: NodeJS.Platform;
  /** @throws when there is no such file. */
  readonly readFile: (path: string) => string;
  /** Standard output of a program. @throws when it fails. */
  readonly exec: (program: string, args: readonly string[]) => string;
}

/** The real one. */
export const systemProcesses: ProcessWorld = {
  platform: process.platform,
  readFile: (path) => readFileSync(path, 'utf8'),
  exec: (program, args) =>
    execFileSync(program, [...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    }),
};

/** Who has this number now; null when nobody has, or only one that waits to be buried. */
export function identify(pid: number, world: ProcessWorld = systemProcesses): ProcessIdentity | null {
  try {
    if (world.platform === 'linux') return onLinux(pid, world);
    const startedAt = world.platform === 'win32' ? onWindows(pid, world) : onUnix(pid, world);
    return startedAt === '' ? null : { pid, startedAt, bootId: '' };
  } catch {
    // No such process: the file is not there, or the program says so by its exit code.
    return null;
  }
}

/** Whether this very process is still there. */
export function isAlive(identity: ProcessIdentity, world: ProcessWorld = systemProcesses): boolean {
  const now = identify(identity.pid, world);
  return now !== null && now.startedAt === identity.startedAt && now.bootId === identity.bootId;
}

/** proc(5): the name may hold spaces and brackets; state is field 3, the start in clock ticks since boot field 22. */
function onLinux(pid: number, { readFile }: ProcessWorld): ProcessIdentity | null {
  const stat = readFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', startedAt = ''] = [fields[0], fields[19]];
  if (startedAt === '' || state === 'Z' || state === 'X') return null;
  return { pid, startedAt, bootId: readFile('/proc/sys/kernel/random/boot_id').trim() };
}

function onUnix(pid: number, { exec }: ProcessWorld): string {
  return exec('ps', ['-o', 'lstart=', '-p', String(pid)]).trim();
}

function onWindows(pid: number, { exec }: ProcessWorld): string {
  const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CreationDate.ToFileTimeUtc()`;
  return exec('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]).trim();
}

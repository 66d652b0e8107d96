import type { ProcessIdentity } from '../../process/process-identity.ts';
import { identify } from '../../process/process-identity.ts';
import type { StartedProcess } from './process-record.ts';
import { listProcesses } from '../../process/process-tree.ts';
import type { TreeWorld } from '../../process/process-tree.ts';

/**
 * Who was started for a record whose owner died before it learnt the process: those that carry the record's mark in
 * their environment, or were told to use its profile, as an exact argument. Both name one launch and no other.
 */
export function findStarted(started: StartedProcess, world: TreeWorld): readonly ProcessIdentity[] {
  const { profile, mark } = started;
  const wanted = profile === undefined ? undefined : `--user-data-dir=${profile}`;
  if (wanted === undefined && mark === undefined) return [];
  const found = world.platform === 'linux' ? onLinux(wanted, mark, world) : elsewhere(wanted, world);
  return found.filter((pid) => pid !== process.pid).flatMap((pid) => identify(pid, world) ?? []);
}

function onLinux(wanted: string | undefined, mark: string | undefined, world: TreeWorld): readonly number[] {
  return [...listProcesses(world).keys()].filter((pid) => {
    const isTold = wanted !== undefined && wordsOf(entriesOf(`/proc/${pid}/cmdline`, world)).includes(wanted);
    return isTold || (mark !== undefined && entriesOf(`/proc/${pid}/environ`, world).includes(mark));
  });
}

/** A process below a browser shows its whole command line as one argument, and no environment: a title of its own. */
function wordsOf([first = '', ...rest]: readonly string[]): readonly string[] {
  return rest.every((entry) => entry === '') ? first.split(' ') : [first, ...rest];
}

function entriesOf(path: string, { readFile }: TreeWorld): readonly string[] {
  try {
    return readFile(path).split('\0');
  } catch {
    // It ended meanwhile, or belongs to another user: then it is not ours either.
    return [];
  }
}

/** `ps` and Windows tell a command line as one text: the argument must stand alone in it. */
function elsewhere(wanted: string | undefined, { platform, exec }: TreeWorld): readonly number[] {
  if (wanted === undefined) return [];
  const text =
    platform === 'win32'
      ? exec('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_COMMANDS])
      : exec('ps', ['-A', '-ww', '-o', 'pid=,command=']);
  return text.split('\n').flatMap((line) => {
    const [, pid, command = ''] = /^\s*(\d+)\s(.*?)\s*$/.exec(line) ?? [];
    const words = ` ${command.replaceAll('"', '')} `;
    return pid !== undefined && words.includes(` ${wanted} `) ? [Number(pid)] : [];
  });
}

const WINDOWS_COMMANDS =
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }';

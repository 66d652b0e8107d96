import { readdirSync } from 'node:fs';
import { systemProcesses } from './process-identity.ts';
import type { ProcessIdentity, ProcessWorld } from './process-identity.ts';

/** The system as far as trees of processes are concerned. */
export interface TreeWorld extends ProcessWorld {
  /** Numbers of all processes; asked on Linux alone. */
  readonly pids: () => readonly number[];
  /** @throws as `process.kill` does. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
}

/** The real one. */
export const systemTree: TreeWorld = {
  ...systemProcesses,
  pids: () => readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : [])),
  kill: (pid, signal) => void process.kill(pid, signal),
};

/** One process as the system lists it. */
export interface ProcessRow extends ProcessIdentity {
  readonly parent: number;
  /** Group of processes; 0 where there are none. A group's number is that of the process that leads it. */
  readonly group: number;
}

/** All processes that can be seen, by number. Those that wait to be buried are left out. */
export function listProcesses(world: TreeWorld): ReadonlyMap<number, ProcessRow> {
  const rows = world.platform === 'linux' ? onLinux(world) : elsewhere(world);
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  return world.platform === 'win32' ? withoutStaleParents(byPid) : byPid;
}

/** Windows keeps the number of a parent that has ended, which somebody else may have by now: a parent is older. */
function withoutStaleParents(rows: ReadonlyMap<number, ProcessRow>): ReadonlyMap<number, ProcessRow> {
  const startOf = (row: ProcessRow | undefined): bigint => BigInt(row?.startedAt ?? 0);
  return new Map(
    [...rows].map(([pid, row]) => {
      const isStale = startOf(rows.get(row.parent)) > startOf(row);
      return [pid, isStale ? { ...row, parent: 0 } : row];
    }),
  );
}

/**
 * A process, everything that descends from it, and the members of the group that it leads (which its children's
 * children stay in when their parent has died); itself first. Empty when it is not that very process any more.
 */
export function treeOf(root: ProcessIdentity, rows: ReadonlyMap<number, ProcessRow>): readonly ProcessRow[] {
  const first = rows.get(root.pid);
  if (first === undefined || !isSame(first, root)) return [];
  const found = new Map<number, ProcessRow>([[first.pid, first]]);
  // A Map goes on to what is added while it is walked.
  for (const [pid] of found) {
    for (const row of rows.values()) {
      const isMember = first.group === first.pid && row.group === first.pid;
      if ((row.parent === pid || isMember) && row.pid > 1) found.set(row.pid, row);
    }
  }
  found.delete(process.pid);
  return [...found.values()];
}

/**
 * What is left of the group of a leader that has ended, with everything below. Empty when somebody has the leader's
 * number again: a number is not given to a new process while a group has it, so that group is another one.
 */
export function orphansOf(leader: number, rows: ReadonlyMap<number, ProcessRow>): readonly ProcessRow[] {
  if (leader <= 1 || rows.has(leader)) return [];
  const members = [...rows.values()].filter(({ group, pid }) => group === leader && pid !== process.pid);
  return members.flatMap((member) => treeOf(member, rows));
}

/** Whether both are the same process. */
export function isSame(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startedAt === b.startedAt && a.bootId === b.bootId;
}

/** proc(5): after the name come state, parent, group; the start in clock ticks is field 22. */
function onLinux({ readFile, pids }: TreeWorld): ProcessRow[] {
  const bootId = readFile('/proc/sys/kernel/random/boot_id').trim();
  return pids().flatMap((pid) => {
    try {
      const stat = readFile(`/proc/${pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state = '', parent = '', group = ''] = fields;
      const startedAt = fields[19] ?? '';
      if (startedAt === '' || state === 'Z' || state === 'X') return [];
      return [{ pid, startedAt, bootId, parent: Number(parent), group: Number(group) }];
    } catch {
      // It ended between the listing and the look.
      return [];
    }
  });
}

/** The start time is the one that `identify` tells on the same system. */
function elsewhere({ platform, exec }: TreeWorld): ProcessRow[] {
  const text =
    platform === 'win32'
      ? exec('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_LIST])
      : exec('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart=']);
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, startedAt = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (pid === undefined || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), startedAt, bootId: '', parent: Number(parent), group: Number(group) }];
  });
}

const WINDOWS_LIST =
  'Get-CimInstance Win32_Process | Where-Object CreationDate | ForEach-Object { ' +
  '"$($_.ProcessId) $($_.ParentProcessId) 0 S $($_.CreationDate.ToFileTimeUtc())" }';

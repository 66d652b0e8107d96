import { readdirSync } from 'node:fs';
import { systemProcesses } from '../../process/process-identity.ts';
import type { ProcessWorld } from '../../process/process-identity.ts';

/** One process as the system lists it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory in bytes. */
  readonly rssBytes: number;
  /** The command line; its words are parted by spaces. */
  readonly command: string;
}

/** All processes of the machine that can be seen. What ends meanwhile is left out. */
export function processTable(world: ProcessWorld = systemProcesses): readonly ProcessRow[] {
  if (world.platform === 'linux') return onLinux(world);
  if (world.platform === 'win32') return onWindows(world);
  return parsePs(world.exec('ps', ['-A', '-ww', '-o', 'pid=,ppid=,rss=,command=']));
}

/** A process and everything that descends from it, itself first. Empty when it is gone. */
export function treeOf(pid: number, table: readonly ProcessRow[] = processTable()): readonly ProcessRow[] {
  const root = table.find((row) => row.pid === pid);
  if (root === undefined) return [];
  return [
    root,
    ...table.filter((row) => row.parent === pid && row.pid !== pid).flatMap((row) => treeOf(row.pid, table)),
  ];
}

/** Resident memory of a process and its descendants, in bytes. Pages that they share are counted once for each. */
export function treeRss(pid: number, table?: readonly ProcessRow[]): number {
  return treeOf(pid, table).reduce((sum, row) => sum + row.rssBytes, 0);
}

/** The processes of a browser that show pages; Chromium names them. */
export function rendererPids(browserPid: number, table?: readonly ProcessRow[]): readonly number[] {
  return treeOf(browserPid, table)
    .filter((row) => /(?:^|\s)--type=renderer(?:\s|$)/.test(row.command))
    .map((row) => row.pid);
}

/** Lines of `ps -o pid=,ppid=,rss=,command=`; rss is in KiB. */
export function parsePs(text: string): readonly ProcessRow[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, rss, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), rssBytes: Number(rss) * 1024, command }];
  });
}

/** proc(5): field 4 of stat is the parent, field 24 the resident set in pages. */
function onLinux({ readFile }: ProcessWorld): readonly ProcessRow[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFile(`/proc/${pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return [];
      const command = readFile(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return [
        { pid: Number(pid), parent: Number(fields[1]), rssBytes: Number(fields[21]) * PAGE_BYTES, command },
      ];
    } catch {
      // It ended between the listing and the look.
      return [];
    }
  });
}

// getconf PAGESIZE is 4096 on x86; where pages are larger (some ARM kernels) memory is told too small, never too large.
const PAGE_BYTES = 4096;

function onWindows({ exec }: ProcessWorld): readonly ProcessRow[] {
  const query =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) ' +
    '$([math]::Floor($_.WorkingSetSize / 1024)) $($_.CommandLine)" }';
  return parsePs(exec('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]));
}

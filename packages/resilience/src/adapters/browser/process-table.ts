import { identify } from '../../process/process-identity.ts';
import type { ProcessWorld } from '../../process/process-identity.ts';
import { listProcesses, systemTree, treeOf } from '../../process/process-tree.ts';

/** Resident memory of a process and its descendants, in bytes. Pages that they share are counted once for each. */
export function treeRss(pid: number): number {
  return treePids(pid).reduce((sum, each) => sum + rssOf(each, systemTree), 0);
}

/** The processes of a browser that show pages; Chromium names them. Linux alone. */
export function rendererPids(browserPid: number): readonly number[] {
  return treePids(browserPid).filter((pid) => {
    try {
      return systemTree.readFile(`/proc/${pid}/cmdline`).split(/[\0 ]/).includes('--type=renderer');
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

function treePids(pid: number): readonly number[] {
  const root = identify(pid);
  return root === null ? [] : treeOf(root, listProcesses(systemTree)).map((row) => row.pid);
}

/** proc(5) tells VmRSS in kB, whatever the size of a page; `ps` tells KiB. */
function rssOf(pid: number, { platform, readFile, exec }: ProcessWorld): number {
  try {
    if (platform === 'linux') return kib(/^VmRSS:\s*(\d+)/m.exec(readFile(`/proc/${pid}/status`))?.[1]);
    if (platform === 'win32')
      return Number(exec('powershell.exe', [...SHELL, `(Get-Process -Id ${pid}).WorkingSet64`]));
    return kib(exec('ps', ['-o', 'rss=', '-p', String(pid)]).trim());
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

const SHELL = ['-NoProfile', '-NonInteractive', '-Command'] as const;

function kib(text: string | undefined): number {
  return Number(text ?? 0) * 1024;
}

import { readFileSync } from 'node:fs';
import { processTable } from './process-table.ts';
import type { ProcessRow } from './process-table.ts';

/** The variable of the environment by which a browser is found whose driver does not tell its process. */
export const MARK = 'HOLDFAST_BROWSER';

/**
 * The processes that were started with `mark` in their environment and whose parent was not: the roots of what one
 * launch has left. Exact however many browsers are launched at the same time; only Linux shows it, so it is empty
 * elsewhere.
 */
export function markedProcesses(
  mark: string,
  table: readonly ProcessRow[] = processTable(),
): readonly ProcessRow[] {
  const marked = table.filter((row) => environmentOf(row.pid).includes(`${MARK}=${mark}`));
  return marked.filter((row) => !marked.some((other) => other.pid === row.parent));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // Not Linux, not ours to read, or gone.
    return [];
  }
}

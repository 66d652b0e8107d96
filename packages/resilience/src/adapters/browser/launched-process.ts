import type { ProcessIdentity } from '../../process/process-identity.ts';
import { findStarted } from '../../session/processes/find-started.ts';
import { listProcesses, systemTree } from '../../process/process-tree.ts';

/** The variable of the environment by which what was started for one launch is found. */
export const MARK = 'HOLDFAST_BROWSER';

/**
 * The child of this process that carries a mark in its environment. Exact however many browsers are launched at the
 * same time. Undefined where the system does not show environments, which Linux alone does, and when there is none.
 */
export function launchedProcess(mark: string): ProcessIdentity | undefined {
  const marked = findStarted({ kind: 'browser', mark: `${MARK}=${mark}` }, systemTree);
  const rows = listProcesses(systemTree);
  return marked.find(({ pid }) => rows.get(pid)?.parent === process.pid);
}

import type { ProcessIdentity } from '../../process/process-identity.ts';
import { endTree } from '../../process/end-tree.ts';
import type { EndTreeOptions } from '../../process/end-tree.ts';
import { findStarted } from './find-started.ts';
import type { StartedProcess } from './process-record.ts';
import { systemTree } from '../../process/process-tree.ts';

/** What became of all that was started for one record. */
export interface EndStartedReport {
  readonly ended: readonly ProcessIdentity[];
  /** What is still there although it was killed. */
  readonly left: readonly ProcessIdentity[];
}

/** A browser at its start begins processes while others are being ended, and these begin none later. */
const ROUNDS = 5;

/**
 * Ends `known` and whatever carries the record's mark or uses its profile, with everything below; looks again until
 * nothing is found, since one that was just being started writes its profile anew.
 */
export async function endStarted(
  started: StartedProcess,
  known: readonly ProcessIdentity[],
  options: EndTreeOptions,
): Promise<EndStartedReport> {
  const ended: ProcessIdentity[] = [];
  let roots = [...known, ...findStarted(started, options.world ?? systemTree)];
  for (let round = 0; round < ROUNDS && roots.length > 0; round++) {
    const reports = await Promise.all(roots.map((root) => endTree(root, options)));
    ended.push(...reports.flatMap((report) => report.ended));
    const left = reports.flatMap((report) => report.left);
    if (left.length > 0) return { ended, left };
    roots = [...findStarted(started, options.world ?? systemTree)];
  }
  return { ended, left: roots };
}

import { existsSync, readFileSync } from 'node:fs';
import { eventsOf } from '../checker/events.ts';
import { failAt, killAt, traceFile, type Errno } from './strace.ts';
import type { Injection } from './sweep.ts';

/** The engine is killed at the call. */
export const kills: Injection = {
  files: ['store', 'state'],
  pointsOf: (seen) => seen,
  under: (point, home) => killAt(point, point.nth, home),
  look: ({ ended: { code, stdout } }) => {
    const fired = code !== 0;
    // A run that ended in another way was not struck: whatever that was, it has to be looked at.
    const problems =
      fired && !stdout.includes('"signal":"SIGKILL"')
        ? [`ended with ${String(code)} and not by the kill: ${stdout}`]
        : [];
    return Promise.resolve({ fired, problems });
  },
};

const WRITING: ReadonlySet<string> = new Set(['pwrite64', 'write', 'fsync', 'fdatasync']);
const ERRORS: readonly Errno[] = ['EIO', 'ENOSPC'];

/**
 * The call fails. Nothing that was acknowledged may be gone, and no run may end with 0 while something is missing.
 */
export const ioFailures: Injection = {
  files: ['store'],
  pointsOf: (seen) => {
    const writing = seen.filter(({ call }) => WRITING.has(call));
    return ERRORS.flatMap((errno) => writing.map((point) => ({ ...point, errno })));
  },
  under: (point, home) => failAt(point, point.nth, point.errno ?? 'EIO', home),
  look: async ({ home, ended: { code, stdout }, compareNow }) => {
    const trace = traceFile(home);
    const acknowledged = insertedIn(stdout);
    const before = await compareNow();
    const problems: string[] = [];
    if (before.stored < acknowledged)
      problems.push(`${String(acknowledged)} were acknowledged, ${String(before.stored)} are there`);
    if (code === 0 && before.lost > 0)
      problems.push(`it ended with 0 while ${String(before.lost)} records were missing`);
    return {
      fired: existsSync(trace) && readFileSync(trace, 'utf8').includes('(INJECTED)'),
      problems,
    };
  },
};

/** Records that the run said to be committed. */
function insertedIn(stdout: string): number {
  return eventsOf(stdout).reduce(
    (total, { kind, inserted = 0 }) => total + (kind === 'commit' ? inserted : 0),
    0,
  );
}

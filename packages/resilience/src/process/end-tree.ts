import type { Clock } from '../clock/clock.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isAlive } from './process-identity.ts';
import { isSame, listProcesses, systemTree, treeOf } from './process-tree.ts';
import type { ProcessRow, TreeWorld } from './process-tree.ts';

/** How a tree of processes is ended. */
export interface EndTreeOptions {
  readonly clock: Clock;
  /** Time between SIGTERM and SIGKILL in ms; default 5,000; 0 kills at once. */
  readonly termMs?: number;
  /** The system; the real one by default. */
  readonly world?: TreeWorld;
}

/** What became of a tree. */
export interface EndTreeReport {
  /** Everything that belonged to the tree and is gone. */
  readonly ended: readonly ProcessIdentity[];
  /** How many of these needed SIGKILL. */
  readonly killed: number;
  /** What is still there: it belongs to another user, or hangs in the system. */
  readonly left: readonly ProcessIdentity[];
}

const POLL_MS = 50;
/** How long a killed process may take to go: one that waits for a disk goes later. */
const KILL_PATIENCE_MS = 5_000;

/**
 * Ends a process with everything below it: SIGTERM, `termMs`, SIGKILL. The tree is collected before anything dies,
 * since orphans lose their parent, and once more before the kill. Each is known by number, start time and boot: a
 * process that merely has the number of one that ended is not touched. Does nothing when `root` is gone.
 */
export async function endTree(root: ProcessIdentity, options: EndTreeOptions): Promise<EndTreeReport> {
  const { clock, termMs = 5_000, world = systemTree } = options;
  const tree = new Map<number, ProcessRow>();
  collect(tree, [root], world);
  if (termMs > 0) {
    for (const row of tree.values()) {
      signal(row, 'SIGTERM', world);
      // One that was stopped hears the first signal only once it goes on.
      if (world.platform !== 'win32') signal(row, 'SIGCONT', world);
    }
    await gone(tree, termMs, { clock, world });
  }
  collect(tree, [...tree.values()], world);
  const stubborn = alive(tree, world);
  for (const row of stubborn) signal(row, 'SIGKILL', world);
  await gone(tree, KILL_PATIENCE_MS, { clock, world });
  const left = alive(tree, world);
  const ended = [...tree.values()].filter((row) => !left.some((other) => isSame(other, row)));
  return {
    ended: ended.map(identityOf),
    killed: stubborn.length - left.length,
    left: left.map(identityOf),
  };
}

function collect(tree: Map<number, ProcessRow>, roots: readonly ProcessIdentity[], world: TreeWorld): void {
  if (roots.length === 0) return;
  const rows = listProcesses(world);
  for (const root of roots) for (const row of treeOf(root, rows)) tree.set(row.pid, row);
}

function alive(tree: ReadonlyMap<number, ProcessRow>, world: TreeWorld): readonly ProcessRow[] {
  const rows = [...tree.values()];
  if (world.platform === 'linux') return rows.filter((row) => isAlive(row, world));
  // One question for all, where each costs a program.
  const now = rows.length === 0 ? new Map<number, ProcessRow>() : listProcesses(world);
  return rows.filter((row) => {
    const other = now.get(row.pid);
    return other !== undefined && isSame(other, row);
  });
}

async function gone(
  tree: ReadonlyMap<number, ProcessRow>,
  withinMs: number,
  { clock, world }: { readonly clock: Clock; readonly world: TreeWorld },
): Promise<void> {
  const until = clock.monotonic() + withinMs;
  while (alive(tree, world).length > 0 && clock.monotonic() < until) await clock.sleep(POLL_MS);
}

function signal(row: ProcessRow, name: NodeJS.Signals, world: TreeWorld): void {
  if (world.platform === 'linux' && !isAlive(row, world)) return;
  try {
    world.kill(row.pid, name);
  } catch {
    // ESRCH: it has ended, as it should. EPERM: it is listed as left.
  }
}

function identityOf({ pid, startedAt, bootId }: ProcessRow): ProcessIdentity {
  return { pid, startedAt, bootId };
}

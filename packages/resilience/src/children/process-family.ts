import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';
import { warnOf } from '../clock/notify.ts';
import { endTree } from '../process/end-tree.ts';
import { identify } from '../process/process-identity.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { listProcesses, orphansOf, systemTree, treeOf } from '../process/process-tree.ts';
import type { ProcessRow, TreeWorld } from '../process/process-tree.ts';

/** What is begun while its kind is being ended is found in the next round. */
const ROUNDS = 5;
const OWN_GROUPS = process.platform !== 'win32';

/**
 * A process with all that it starts. It is signalled by its handle, which cannot mean another one; what it leaves is
 * known by number, start time and boot, or by its group.
 */
export class ProcessFamily {
  readonly #child: ChildProcess;
  readonly #leads: boolean;
  readonly #root: ProcessIdentity | null;
  readonly #world: TreeWorld;
  #known: readonly ProcessIdentity[] = [];

  /** @param leads whether the child leads a group of its own. */
  constructor(child: ChildProcess, leads: boolean, world: TreeWorld = systemTree) {
    this.#child = child;
    this.#world = world;
    this.#leads = leads && OWN_GROUPS;
    // Not asked on Windows, where that takes a program of half a second, until somebody has to be ended.
    this.#root = OWN_GROUPS && child.pid !== undefined ? identify(child.pid, world) : null;
  }

  /** Notes who belongs to it now: after its end they have lost their parent. */
  look(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver()) return;
    const root = this.#root ?? identify(pid, this.#world);
    if (root !== null) this.#known = [...this.#known, ...treeOf(root, this.#list()).slice(1)];
  }

  /** Sends a signal to the child alone. One that was stopped is made to go on, so that it hears it. */
  ask(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
    if (OWN_GROUPS) this.#child.kill('SIGCONT');
  }

  /** Kills the child, and its group at once with it. */
  kill(): void {
    const { pid } = this.#child;
    // Until the handle has told its end the number is its own, and so is the group.
    if (this.#leads && pid !== undefined && !this.#isOver()) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // ESRCH: it is ending right now.
      }
    }
    this.#child.kill('SIGKILL');
  }

  /** Ends what is left once the child has ended. */
  async sweep(clock: Clock): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const rows = this.#leads || this.#known.length > 0 ? this.#list() : new Map<number, never>();
      const orphans = this.#leads ? orphansOf(this.#child.pid ?? 0, rows) : [];
      const left = [...this.#known.flatMap((one) => treeOf(one, rows)), ...orphans];
      if (left.length === 0) return;
      await Promise.all(left.map((one) => endTree(one, { clock, termMs: 0, world: this.#world })));
    }
  }

  /** Empty where the system does not tell, as when it is out of files or processes: the child must be killed then too. */
  #list(): ReadonlyMap<number, ProcessRow> {
    try {
      return listProcesses(this.#world);
    } catch (error) {
      warnOf(error);
      return new Map();
    }
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

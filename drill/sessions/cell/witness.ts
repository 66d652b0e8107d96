import { readdirSync, readFileSync } from 'node:fs';
import { identify, isAlive } from '@holdfast/resilience/process';
import type { ProcessIdentity } from '@holdfast/resilience/process';

const LOOK_MS = 150;

/** Remembers every process that ever stood below this one, so that none is overlooked when it is orphaned. */
export class Witness {
  readonly #seen = new Map<string, ProcessIdentity>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Stops looking. Those that are still alive, but for `known`. */
  survivors(known: readonly number[]): readonly number[] {
    clearInterval(this.#timer);
    this.#look();
    return [...this.#seen.values()]
      .filter((each) => !known.includes(each.pid) && isAlive(each))
      .map(({ pid }) => pid);
  }

  /** Stops looking, and ends all of them. */
  end(): void {
    for (const pid of this.survivors([])) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // It ended between the look and now.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  #look(): void {
    const children = childrenByParent();
    const visit = (pid: number): void => {
      for (const child of children.get(pid) ?? []) {
        const identity = identify(child);
        if (identity !== null) this.#seen.set(`${child} ${identity.startedAt}`, identity);
        visit(child);
      }
    };
    visit(process.pid);
  }
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It ended between the listing and the look.
    return null;
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { identify, isAlive } from '@holdfast/resilience/process';
import type { ProcessIdentity } from '@holdfast/resilience/process';

const LOOK_MS = 150;

/** A process that outlived what it was started for. */
export interface Survivor {
  readonly pid: number;
  readonly command: string;
}

/** Remembers every process that ever stood below this one, so that none is overlooked when it is orphaned. */
export class Witness {
  readonly #seen = new Map<string, { readonly identity: ProcessIdentity; readonly command: string }>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Stops looking. Those that are still alive. */
  survivors(): readonly Survivor[] {
    clearInterval(this.#timer);
    this.#look();
    return [...this.#seen.values()]
      .filter(({ identity }) => isAlive(identity))
      .map(({ identity: { pid }, command }) => ({ pid, command }));
  }

  /** Stops looking, and ends all of them. */
  end(): void {
    for (const { pid } of this.survivors()) {
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
        if (identity !== null) {
          this.#seen.set(`${child} ${identity.startedAt}`, { identity, command: commandOf(child) });
        }
        visit(child);
      }
    };
    visit(process.pid);
  }
}

/** The name of its program and what kind of process it is, for people. */
function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
    const kind = words.find((word) => word.startsWith('--type='));
    return [words[0]?.split('/').at(-1), kind].filter((each) => each !== undefined).join(' ');
  } catch {
    // It ended between the listing and the look.
    return '';
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

import { journalFile, writeJournal, type Journal } from './journal.ts';
import { identify, type ProcessIdentity } from '@holdfast/resilience/process';
import type { Supervisor } from './supervisor.ts';

/**
 * Keeps the journal of a supervisor up to date. A disk that refuses is told once and tried again at the next change:
 * the harvest itself waits for its disk on its own.
 */
export class Chronicle {
  readonly #file: string;
  readonly #own: ProcessIdentity;
  readonly #onRefusal: (error: Error) => void;
  readonly #identities = new Map<number, ProcessIdentity | null>();
  #refused = false;

  constructor(dataDir: string, own: ProcessIdentity, onRefusal: (error: Error) => void) {
    this.#file = journalFile(dataDir);
    this.#own = own;
    this.#onRefusal = onRefusal;
  }

  write(supervisor: Supervisor): void {
    this.#replace(this.#journalOf(supervisor, this.#own));
  }

  /** The last word: nobody has to look for our children. */
  close(supervisor: Supervisor): void {
    this.#replace(this.#journalOf(supervisor, null));
  }

  #journalOf(supervisor: Supervisor, own: ProcessIdentity | null): Journal {
    const children = supervisor.status();
    for (const pid of this.#identities.keys())
      if (!children.some((child) => child.pid === pid)) this.#identities.delete(pid);
    return {
      format: 1,
      supervisor: own,
      children: children.map(({ name, pid, restarts, mode, nextStartAt }) => ({
        name,
        identity: pid === null ? null : this.#identityOf(pid),
        restarts,
        coolsUntil: mode === 'cooling-down' ? nextStartAt : null,
      })),
      exits: supervisor.exits,
      deadly: supervisor.deadly,
    };
  }

  /** Asked of the system once per process: elsewhere than on Linux that takes a program. */
  #identityOf(pid: number): ProcessIdentity | null {
    const known = this.#identities.get(pid);
    if (known !== undefined) return known;
    const identity = identify(pid);
    this.#identities.set(pid, identity);
    return identity;
  }

  #replace(journal: Journal): void {
    try {
      writeJournal(this.#file, journal);
      this.#refused = false;
    } catch (error) {
      if (!this.#refused) this.#onRefusal(error as Error);
      this.#refused = true;
    }
  }
}

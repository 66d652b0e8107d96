import type { Clock } from '../clock/clock.ts';
import { KeptChild } from './kept-child.ts';
import type { KeptState } from './kept-state.ts';
import type { LockMethod } from './lock-method.ts';
import type { Machine } from './machine.ts';

/** A list may lag behind the child by a moment. */
const LOOKS = 5;
const LOOK_MS = 300;

/** How a held lock is known to be held: the system lists it, its holder says so, or merely that the holder runs. */
export type LockProof = 'listed' | 'acknowledged' | 'unproved';

let lastNumber = 0;

/** One lock, kept: a holder that dies is started again after a delay that grows. */
export class Lock {
  readonly method: LockMethod;
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #child: KeptChild;
  #reason = '';
  #mark = '';
  #proof: LockProof = 'unproved';

  constructor(method: LockMethod, machine: Machine, clock: Clock) {
    this.method = method;
    this.#machine = machine;
    this.#clock = clock;
    this.#child = new KeptChild({
      machine,
      clock,
      command: () => this.#command(),
      ...(method.greeting === undefined ? {} : { greeting: method.greeting }),
      ...(method.isReady === undefined ? {} : { isReady: method.isReady }),
      confirm: (pid) => this.#confirm(pid),
      ignoresEnd: method.ignoresEnd,
    });
  }

  /** Where its holder stands. */
  get state(): KeptState {
    return this.#child.state;
  }

  /** What `running` rests on. */
  get proof(): LockProof {
    return this.#proof;
  }

  /** Takes it. Resolves once it is held or refused; never rejects. */
  async take(reason: string): Promise<void> {
    this.#reason = reason;
    await this.#child.start();
  }

  /** Gives it back. Resolves when its holder is gone. */
  async release(): Promise<void> {
    await this.#child.stop();
  }

  #command(): ReturnType<LockMethod['command']> {
    lastNumber += 1;
    this.#mark = `[${this.#machine.pid}.${lastNumber}]`;
    return this.method.command(this.#reason, this.#mark);
  }

  async #confirm(pid: number | undefined): Promise<string | null> {
    const isListed = await this.#isListed(pid);
    if (isListed === false) return 'it is not among the locks that the system lists';
    if (isListed === true) this.#proof = 'listed';
    else this.#proof = this.method.isReady === undefined ? 'unproved' : 'acknowledged';
    return null;
  }

  async #isListed(pid: number | undefined): Promise<boolean | null> {
    const lock = { mark: this.#mark, pid };
    for (let look = 1; ; look += 1) {
      const answer = await this.method.isListed(this.#machine, this.#clock, lock);
      const isAwaited = this.#child.state.at === 'starting';
      if (answer !== false || look === LOOKS || !isAwaited) return answer;
      await this.#clock.sleep(LOOK_MS);
    }
  }
}

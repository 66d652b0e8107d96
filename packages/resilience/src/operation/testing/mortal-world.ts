import type { Random } from '../../clock/random.ts';
import type { Ledger, LedgerClaim, LedgerEntry } from '../ledger.ts';
import type { MemoryTx } from '../memory-tables.ts';
import { pick } from './random-program.ts';

/** What can happen to an act or to a write of the ledger. */
export type Fault =
  | 'crash before write'
  | 'crash after write'
  | 'crash before act'
  | 'crash after act'
  | 'refused'
  | 'reset before act'
  | 'reset after act'
  | 'lost before act'
  | 'lost after act';

const ACT_FAULTS: readonly Fault[] = [
  'crash before act',
  'crash after act',
  'refused',
  'reset before act',
  'reset after act',
  'lost before act',
  'lost after act',
];

/** A program that is killed at some point: from then on nothing that it calls ever answers. */
class Life {
  readonly ended: Promise<'killed'>;
  readonly #end: () => void;
  #isOver = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<'killed'>();
    this.ended = promise;
    this.#end = () => resolve('killed');
  }

  /** Never resolves once the program is dead. */
  async alive(): Promise<void> {
    if (this.#isOver) await new Promise<void>(() => {});
  }

  async die(): Promise<never> {
    this.#isOver = true;
    this.#end();
    return await new Promise<never>(() => {});
  }
}

/**
 * What stays when programs are killed: what was sent, and which faults are still to come. Every write and every act
 * may meet one, as the seed says.
 */
export class MortalWorld {
  readonly sent = new Map<string, number>();
  /** Effects whose outcome was unknown to their program at some time. */
  readonly uncertain = new Set<string>();
  readonly fired: Fault[] = [];
  readonly #random: Random;
  /** Effects that go on just now: a loss of the session leaves all of them unknown. */
  readonly open = new Set<string>();
  #faultsLeft: number;
  #life = new Life();

  constructor(random: Random, faults: number) {
    this.#random = random;
    this.#faultsLeft = faults;
  }

  /** A new program begins. Resolves when it is killed. */
  begin(): Promise<'killed'> {
    this.#life = new Life();
    return this.#life.ended;
  }

  /** The ledger as the living program sees it. */
  mortal(ledger: Ledger<MemoryTx>): Ledger<MemoryTx> {
    const life = this.#life;
    return {
      ...ledger,
      claim: async (key) => {
        const claim = await ledger.claim(key);
        const guarded = async (write: () => Promise<void>): Promise<void> => {
          await life.alive();
          if (this.#comes(0.05)) await this.#dieAt(life, 'crash before write');
          const dies = this.#comes(0.05);
          await write();
          await life.alive();
          if (dies) await this.#dieAt(life, 'crash after write');
        };
        return {
          run: claim.run,
          entries: () => claim.entries(),
          put: (entry) => guarded(() => claim.put(entry)),
          commit: (entry, write) => guarded(() => claim.commit(entry, write)),
          finish: (value) => guarded(() => claim.finish(value)),
          release: () => claim.release(),
        } satisfies LedgerClaim<MemoryTx>;
      },
    };
  }

  /** Sends, unless something is in the way. */
  async act(path: string, lose: () => void): Promise<void> {
    const life = this.#life;
    await life.alive();
    await Promise.resolve();
    const fault = this.#comes(0.3) ? ACT_FAULTS[pick(this.#random, ACT_FAULTS.length)] : undefined;
    if (fault === undefined) return this.#send(path);
    if (fault === 'refused') {
      this.fired.push(fault);
      throw Object.assign(new Error(fault), { code: 'ECONNREFUSED', syscall: 'connect' });
    }
    this.uncertain.add(path);
    if (fault.endsWith('after act')) this.#send(path);
    if (fault.startsWith('crash')) await this.#dieAt(life, fault);
    this.fired.push(fault);
    if (fault.startsWith('lost')) {
      for (const open of this.open) this.uncertain.add(open);
      lose();
    }
    throw Object.assign(new Error(fault), { code: 'ECONNRESET' });
  }

  /** Whatever the program does takes a turn, and does not go on when it is dead. */
  async breathe(): Promise<void> {
    await this.#life.alive();
    await Promise.resolve();
  }

  /** Effects that were begun when a program was killed: nobody knows of them. */
  learn(entries: readonly LedgerEntry[]): void {
    for (const { path, state } of entries) if (state === 'intent') this.uncertain.add(path);
  }

  #send(path: string): void {
    this.sent.set(path, (this.sent.get(path) ?? 0) + 1);
  }

  #comes(probability: number): boolean {
    if (this.#faultsLeft <= 0 || this.#random.next() >= probability) return false;
    this.#faultsLeft -= 1;
    return true;
  }

  async #dieAt(life: Life, fault: Fault): Promise<never> {
    this.fired.push(fault);
    return await life.die();
  }
}

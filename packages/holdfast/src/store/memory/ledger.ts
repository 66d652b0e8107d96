import type { CommitResult } from '../port.ts';
import { chainHash, CHAIN_START } from '../rules/chain-rules.ts';
import type { Link } from '../rules/chain-rules.ts';

interface Batch {
  readonly result: CommitResult;
  readonly at: number;
}

/** What a memory store remembers of its commits: their results for replays, and the head of the chain. */
export class Ledger {
  readonly #batches = new Map<string, Batch>();
  #head = { batch: 0n, chain: CHAIN_START };

  /** The last commit of the chain and its hash. */
  get head(): { readonly batch: bigint; readonly chain: string } {
    return this.#head;
  }

  /** What a batch did when it was committed; null when it was not. */
  find(batchId: string): CommitResult | null {
    const known = this.#batches.get(batchId);
    return known ? { ...known.result, replayed: true } : null;
  }

  append(link: Omit<Link, 'number' | 'result'>, result: CommitResult): void {
    const number = this.#head.batch + 1n;
    const chain = chainHash(this.#head.chain, { ...link, number, result: JSON.stringify(result) });
    this.#head = { batch: number, chain };
    this.#batches.set(link.batchId, { result, at: link.at });
  }

  /** Forgets the batches before an instant, wall ms; returns how many. The chain goes on from where it is. */
  rollUp(before: number): number {
    const old = [...this.#batches].filter(([, { at }]) => at < before);
    for (const [batchId] of old) this.#batches.delete(batchId);
    return old.length;
  }
}

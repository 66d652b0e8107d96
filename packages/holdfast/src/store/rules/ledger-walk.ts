import type { IntegrityFinding } from '../port.ts';
import { chainHash, CHAIN_START, sha256 } from './chain-rules.ts';
import type { Link } from './chain-rules.ts';

/** Damage of many batches in a row multiplies what may be right behind it; so much of it is followed. */
const MOST_CHAINS = 8;

/** Batches that were rolled up: what is kept of them. */
export interface Segment {
  readonly number: number;
  readonly day: string;
  readonly firstBatch: bigint;
  readonly lastBatch: bigint;
  /** The change feed before its first batch and after its last. */
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** SHA-256 of its part of the feed. */
  readonly feed: string;
  /** The hash of the chain after its last batch. */
  readonly chain: string;
}

/** Follows a ledger from its first batch to its last and tells where it is broken. */
export class LedgerWalk {
  #position = 0n;
  #covered = 0n;
  /** What may stand before the next link: the stored hash, and the right one where they differ. */
  #chains: readonly string[] = [CHAIN_START];
  /** The SHA-256 of the cursor at which each window stands; null until the segments are behind us. */
  #cursors: Map<string, string> | null = null;

  /** The last batch that was followed. */
  get position(): bigint {
    return this.#position;
  }

  /** Whether batches are followed already. */
  get begun(): boolean {
    return this.#cursors !== null;
  }

  /** The segments are behind us, and left the windows at these cursors (hashes). */
  begin(ends: readonly (readonly [window: string, cursor: string])[]): void {
    this.#cursors = new Map(ends);
  }

  /** Goes on by a segment; `feed` is the hash of the feed as it is. */
  segment(segment: Segment, feed: string): readonly IntegrityFinding[] {
    const { number, day, firstBatch, lastBatch, firstSeq, lastSeq } = segment;
    const problems: string[] = [];
    // A segment that begins before us was made while we followed its batches.
    const next = firstBatch > this.#position;
    if (next && firstBatch !== this.#position + 1n) problems.push(this.#hole(firstBatch));
    if (next && firstSeq !== this.#covered) problems.push(this.#elsewhere(firstSeq));
    if (feed !== segment.feed) {
      problems.push(
        `the change feed from ${firstSeq + 1n} to ${lastSeq} is not what its batches wrote (${day})`,
      );
    }
    this.#position = lastBatch;
    this.#covered = lastSeq;
    this.#chains = [segment.chain];
    this.#cursors = null;
    return problems.map((problem) => ({ what: 'commit', key: `segments/${number}`, problem }));
  }

  /** Goes on by a batch; `chain` is its stored hash, `feed` that of the feed as it is. */
  batch(link: Link, chain: string, feed: string): readonly IntegrityFinding[] {
    const { number, batchId, window, firstSeq } = link;
    const problems: string[] = [];
    if (number !== this.#position + 1n) problems.push(this.#hole(number));
    const right = this.#chains.map((before) => chainHash(before, link));
    if (!right.includes(chain)) problems.push(`the batch ${number} breaks the chain of the commits`);
    if (firstSeq !== this.#covered) problems.push(this.#elsewhere(firstSeq));
    if (feed !== link.feed)
      problems.push(`its part of the change feed is not what the batch ${number} wrote`);
    const findings = problems.map((problem) => ({ what: 'commit', key: batchId, problem }) as const);
    const continues = this.#moveCursor(link);
    this.#moveTo(number);
    this.#covered = link.lastSeq;
    this.#chains = right.includes(chain) ? [chain] : [chain, ...right].slice(0, MOST_CHAINS);
    if (continues) return findings;
    const problem = `the batch ${batchId} does not go on where the batch before it ended`;
    return [...findings, { what: 'window', key: window, problem }];
  }

  /** Goes on by a batch whose row makes no sense. */
  unreadable(number: bigint, batchId: string): readonly IntegrityFinding[] {
    this.#moveTo(number);
    return [{ what: 'commit', key: batchId, problem: `the row of the batch ${number} cannot be understood` }];
  }

  /** The windows (their cursors as text) and the feed as they stood with the last batch. */
  finish(
    windows: readonly (readonly [window: string, cursor: string])[],
    lastSeq: bigint,
  ): readonly IntegrityFinding[] {
    const findings = windows.flatMap(([key, cursor]): IntegrityFinding[] => {
      const known = this.#cursors?.get(key);
      if (known === undefined || known === sha256(cursor)) return [];
      return [{ what: 'window', key, problem: 'its cursor is not where its last batch ended' }];
    });
    const there = new Set(windows.map(([key]) => key));
    for (const key of this.#cursors?.keys() ?? []) {
      if (!there.has(key))
        findings.push({ what: 'window', key, problem: 'it is gone, but its last batch left it there' });
    }
    if (lastSeq === this.#covered) return findings;
    const problem = `the change feed ends at ${lastSeq}, the ledger at ${this.#covered}`;
    return [...findings, { what: 'change', key: String(lastSeq), problem }];
  }

  /** Whether the batch goes on where its window stood. */
  #moveCursor({ window, prev, next, dropped }: Link): boolean {
    const known = this.#cursors?.get(window);
    if (dropped) this.#cursors?.delete(window);
    else this.#cursors?.set(window, sha256(next));
    return known === undefined || known === sha256(prev);
  }

  /** Only ever forwards, also when numbers are damaged. */
  #moveTo(number: bigint): void {
    if (number > this.#position) this.#position = number;
  }

  #hole(next: bigint): string {
    return `the ledger goes on with the batch ${next} after ${this.#position}`;
  }

  #elsewhere(firstSeq: bigint): string {
    return `the change feed up to ${this.#covered} is followed by a batch from ${firstSeq}`;
  }
}

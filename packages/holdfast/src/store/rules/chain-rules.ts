import { hash } from 'node:crypto';
import { feedLine } from '../../model/feed-line.ts';
import type { Change } from '../../model/paper.ts';

/** A batch of the ledger as the chain covers it. */
export interface Link {
  readonly number: bigint;
  readonly batchId: string;
  readonly window: string;
  readonly fence: bigint;
  /** The cursors before and after, as text. */
  readonly prev: string;
  readonly next: string;
  readonly dropped: boolean;
  /** The change feed before and after: its rows are those beyond `firstSeq` up to `lastSeq`. */
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** What the commit did, as JSON. */
  readonly result: string;
  /** Wall ms. */
  readonly at: number;
  /** SHA-256 of the page, '' when there was none or it is not known. */
  readonly page: string;
  /** SHA-256 of the batch's part of the feed. */
  readonly feed: string;
}

/** The chain before its first batch. */
export const CHAIN_START = '';

/** SHA-256 (hex) of a text in UTF-8. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** SHA-256 (hex) of rows of the change feed: their lines, each with its line end. */
export function feedHash(changes: readonly Change[]): string {
  return linesHash(changes.map(feedLine));
}

/** SHA-256 (hex) of lines, each with its line end. */
export function linesHash(lines: readonly string[]): string {
  return sha256(lines.map((line) => `${line}\n`).join(''));
}

/**
 * The hash (hex) of the chain after a batch: over the hash before it and everything that the batch's row says. The
 * cursors enter as their hashes, so that a ledger that is rolled up need not keep them. See docs/integrity.md.
 */
export function chainHash(before: string, link: Link): string {
  const { number, batchId, window, fence, prev, next, dropped, firstSeq, lastSeq, result, at, page, feed } =
    link;
  const numbers = [number, fence, firstSeq, lastSeq].map(String);
  const texts = [batchId, window, sha256(prev), sha256(next), result, page, feed];
  return sha256(JSON.stringify([before, ...numbers, ...texts, dropped, at]));
}

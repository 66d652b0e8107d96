import type { Kind } from './kind.ts';
import type { LedgerEntry } from './ledger/entry.ts';

/** Options of `createUpstream`. Only `kind` and `now` are required; nothing in the core reads a real clock or real randomness. */
export interface UpstreamOptions {
  readonly kind: Kind;
  /** The server's wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Decides every record and every random choice. Default 1. */
  readonly seed?: number;
  /** Rows in the list at the start. Default 1000. */
  readonly records?: number;
  /** Days over which the rows are spread; the last one is yesterday. Default 20. */
  readonly days?: number;
  /** Approximate size of a rendered record. Default 1200. */
  readonly recordBytes?: number;
  /** Rows a page. Default arxiv 2500, biorxiv and medrxiv 30, oai-pmh 100. arXiv's ListIdentifiers gives eight times as many. */
  readonly pageSize?: number;
  /** So many consecutive rows in the middle of the list share one datestamp. arxiv and oai-pmh only. */
  readonly oneStamp?: number;
  /** After every list page so many rows that were already delivered are stamped anew. arxiv and oai-pmh only. */
  readonly restamp?: number;
  /** So many consecutive rows are hidden at the start and published later with their old datestamps. */
  readonly publishLate?: number;
  /** They appear after so many requests. Default 20. */
  readonly publishAfterRequests?: number;
  /** They appear after so many milliseconds, if that is earlier. */
  readonly publishAfterMs?: number;
  /** Faults as `[SCOPE:]NAME@PAGE[xTIMES]`. */
  readonly faults?: readonly string[];
  /** Write served ids into the ledger. Default true. */
  readonly ledgerIds?: boolean;
  /** Keep finished pages by URL until the corpus changes; their responseDate is then the first one's. Default false. */
  readonly cachePages?: boolean;
  /** arXiv's cache in front of the server. Default false. */
  readonly cdn?: boolean;
  /** Compress when the client accepts it. Default true. */
  readonly gzip?: boolean;
  /** Granularity of oai-pmh. Default `seconds`. */
  readonly granularity?: 'seconds' | 'day';
  /** Life of an oai-pmh token in milliseconds. Default 1 h. */
  readonly tokenTtl?: number;
  /** Sets of oai-pmh; 0 answers noSetHierarchy. Default 0. */
  readonly sets?: number;
  /** Rows by which bioRxiv's `total` exceeds the truth. Default 0. */
  readonly inflateTotal?: number;
  /** Seconds that Retry-After names in faults that give a sane one. Default 1. */
  readonly retryAfter?: number;
  /** How long the slow faults (slow-first-byte, stall-then-rest) hold an answer, ms. Default 2000. */
  readonly slowMs?: number;
  /** Speed of slow-drip in bytes a second. Default 2000. */
  readonly dripBytesPerSecond?: number;
  /** Length of the abstract of huge-abstract, in characters. Default ten million. */
  readonly hugeChars?: number;
  /** Receives each ledger entry at once, before the answer leaves. */
  readonly sink?: (entry: LedgerEntry) => void;
}

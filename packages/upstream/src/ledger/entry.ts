import type { Kind } from '../kind.ts';

/** One row of the ground truth. */
export interface TruthRecord {
  /** As a harvester keeps it: arXiv's bare id, a DOI, an OAI identifier. */
  readonly id: string;
  /** Decimal text; the latest one for arXiv, the row's own for bioRxiv and medRxiv, absent for oai-pmh. */
  readonly version?: string;
  /** As the list prints it. */
  readonly datestamp: string;
  readonly deleted?: true;
}

/** Why the corpus changed. */
export type ChangeReason =
  'restamp' | 'new-version' | 'withdrawal' | 'deletion' | 'journal' | 'hide' | 'publish' | 'add' | 'poison';

/** One line of the ledger. Times are milliseconds since the epoch on the server's clock. */
export type LedgerEntry =
  | {
      readonly type: 'truth';
      readonly kind: Kind;
      readonly seed: number;
      readonly count: number;
      /** SHA-256 over the ids, a newline after each, in list order. */
      readonly sha256: string;
      /** Absent above 200,000 rows. */
      readonly records?: readonly TruthRecord[];
    }
  | {
      readonly type: 'request';
      readonly n: number;
      readonly at: number;
      readonly method: string;
      readonly url: string;
      /** ListRecords, Identify, details, pubs, doi, api, rss … */
      readonly verb: string;
      readonly params: Readonly<Record<string, string>>;
      readonly userAgent: string;
      /** Requests in flight, this one included. */
      readonly concurrent: number;
    }
  | {
      readonly type: 'response';
      readonly n: number;
      readonly at: number;
      readonly status: number;
      readonly bytes: number;
      /** Number of rows served. */
      readonly ids: number;
      /** The ids themselves, unless switched off. bioRxiv and medRxiv: `doi` + `v` + version. */
      readonly served?: readonly string[];
      readonly fault?: string;
      readonly aborted?: true;
    }
  | {
      readonly type: 'fault';
      readonly at: number;
      readonly name: string;
      readonly scope: string;
      readonly n: number;
      readonly page: number;
    }
  | {
      readonly type: 'change';
      readonly at: number;
      readonly reason: ChangeReason;
      readonly id: string;
      readonly version?: string;
      readonly datestamp: string;
    };

/** What `Ledger.summary` counts. */
export interface LedgerSummary {
  readonly requests: number;
  readonly responses: number;
  readonly aborted: number;
  readonly bytes: number;
  readonly maxConcurrent: number;
  readonly maxConnections: number;
  /** Shortest time from the end of an answer to the next arrival, undefined with fewer than two requests. */
  readonly minSpacingMs: number | undefined;
  readonly byVerb: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  /** How often each fault fired. */
  readonly faults: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<string, number>>;
  /** Rows served over all answers, repeats included. */
  readonly rowsServed: number;
}

import type { Exchange, Reply, UpstreamRequest } from './exchange.ts';
import type { Kind } from './kind.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { TruthRecord } from './ledger/entry.ts';

/** A simulated upstream. Deterministic: the same options, clock and requests give the same bytes. */
export interface Upstream {
  readonly kind: Kind;
  readonly seed: number;
  /** What to append to the origin to get a source's `baseUrl`: `/oai`, or nothing. */
  readonly basePath: string;
  readonly ledger: Ledger;
  /** Answers and writes both ledger lines at once. */
  handle(request: UpstreamRequest): Promise<Reply>;
  /** Answers; the caller says when and how the answer ended. */
  exchange(request: UpstreamRequest): Exchange;

  /** Arms `[SCOPE:]NAME@PAGE[xTIMES]`; PAGE counts from the pages served so far (`@1` = the next one). @throws FaultError */
  arm(fault: string): void;
  /** Removes armed faults of that name, or all. */
  disarm(name?: string): void;
  /** Names of the armed faults that have not yet fired as often as they should. */
  pending(): readonly string[];

  /** Stamps records anew, by id, or so many by chance among those already delivered; gives their ids. arxiv and oai-pmh. */
  restamp(what: number | readonly string[]): readonly string[];
  /** From now on the list stands still by itself: no records are stamped anew after each page. */
  settle(): void;
  /** A new version of a record: new datestamp for arxiv and oai-pmh, a new row for bioRxiv and medRxiv. */
  newVersion(id: string): void;
  /** A version that withdraws. */
  withdraw(id: string): void;
  /** Deletes a record: a deleted header in oai-pmh; never signalled, so refused, elsewhere. */
  remove(id: string): void;
  /** The journal DOI of a record becomes known: silently in bioRxiv and medRxiv, by a re-stamp elsewhere. */
  publishInJournal(id: string): void;
  /** New records, stamped now; gives their ids. */
  addRecords(count: number): readonly string[];
  /** Hides consecutive rows, starting at a place in the list (default its middle); gives their ids. */
  hide(count: number, at?: number): readonly string[];
  /** As `hide`, out of the lists alone, until `publishHidden`: who asks for such a record by its id is given it. */
  unlist(count: number, at?: number): readonly string[];
  /** Publishes everything hidden, with the old datestamps; gives their ids. */
  publishHidden(): readonly string[];
  /** Every list page with this record answers 500 from now on; with `everywhere` GetRecord and DOI look-ups too. */
  poison(id: string, everywhere?: boolean): void;
  /** Ends a poisoning. */
  cure(id: string): void;
  /** Forgets cached list answers, as arXiv's announcement does. */
  purge(): void;

  /** What the lists hold now; hidden rows are not in it. */
  truth(): Iterable<TruthRecord>;
}

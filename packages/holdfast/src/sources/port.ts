import type { Day } from '../model/day.ts';
import type { BadItem, Item } from '../model/item.ts';
import type { DayRange } from '../model/window.ts';
import type { Answer } from '../transport/port.ts';
import type { Inventory } from './inventory.ts';
import type { PageRequest } from './request.ts';

export type { PageRequest } from './request.ts';

/** What an answer, judged by its whole content, says. */
export type Reading =
  /** A page; `end` tells whether the list goes on (`more`), ended by protocol (`proved`) or just stopped. */
  | {
      readonly type: 'page';
      readonly items: readonly Item[];
      readonly bad: readonly BadItem[];
      readonly end: 'more' | 'proved' | 'unproved';
      /** The request that continues the list; not null exactly when `end` is `more`. */
      readonly next: PageRequest | null;
      /** The server's own date of the answer, ISO; null when it names none. */
      readonly serverDate: string | null;
      /** What the server says the whole list holds; a hint both ways. */
      readonly announced: number | null;
      /** As `announced`, of first postings alone; left out where the server does not say. */
      readonly announcedNew?: number | null;
      /** How many records the page held, bad ones included. */
      readonly count: number;
      /** Repairs that were certain, as codes (`control-character`, …). */
      readonly repairs: readonly string[];
    }
  /** The server says that there is nothing (noRecordsMatch, no posts found): never an end by itself. */
  | { readonly type: 'nothing'; readonly serverDate: string | null; readonly detail: string }
  /** The token is refused: start again from the last safe datestamp. */
  | { readonly type: 'restart'; readonly detail: string }
  /** The record asked for does not exist upstream. */
  | { readonly type: 'absent'; readonly detail: string }
  /** The request is refused and must not be sent again unchanged; `clock` = our date was wrong. */
  | { readonly type: 'refused'; readonly cause: 'clock' | 'request'; readonly detail: string }
  /** A throttle under whatever status. */
  | { readonly type: 'throttled'; readonly detail: string }
  /** The source has shut us out (403 of arXiv): stop asking for a long while. */
  | { readonly type: 'blocked'; readonly detail: string }
  /** Not an answer of this protocol, cut, or an error of the server: ask again. `status` 5xx may be poison. */
  | { readonly type: 'broken'; readonly code: string; readonly detail: string };

/** One list of a source that is walked by windows. */
export interface Stream {
  readonly name: string;
  /** Longest window of the backfill, in days. */
  readonly windowDays: number;
  /** Days until an upstream's day is complete after it is over. */
  readonly lagDays: number;
  /** Offsets count rows, so an empty page at the announced total is an end (bioRxiv). */
  readonly countsRows: boolean;
  /** Whether windows get a second look. */
  readonly secondLook: boolean;
  /** A day that the upstream does not call over yet may be so within this time, ms; left out: when the day comes. */
  readonly settlesWithinMs?: number;
  /** Earliest day the upstream can have; null = ask `identify`. */
  readonly earliest: Day | null;
}

/** When to ask, and what counts as late. All in UTC. */
export interface PollPlan {
  /** Wall ms of the next poll after one that ended at `after`. */
  next(after: number): number;
  /** Newest day of which the source should have announced something by `now`; null = no known calendar. */
  expectedDay(now: number): Day | null;
  /**
   * The newest day that the calendar says should be there by `now`, though it is not late yet, and since when it is due
   * (wall ms). Left out where no calendar is known.
   */
  awaited?(now: number): { readonly day: Day; readonly dueAt: number };
}

/** Describes a repository (OAI-PMH Identify). */
export interface Description {
  readonly earliest: Day | null;
  readonly granularity: 'day' | 'seconds';
  /** The exact earliest datestamp, where it is finer than `earliest`. */
  readonly earliestDatestamp?: string;
}

/**
 * A connector: builds requests and reads answers. Pure: no clock, no network, no state, so that reading an
 * answer twice gives the same result. Every implementation passes `conformance.ts`.
 */
export interface Source {
  /** The configured id. */
  readonly id: string;
  readonly kind: string;
  readonly baseUrl: string;
  /** Politeness is per upstream service: sources with the same key take turns, over all processes. */
  readonly gateKey: string;
  readonly minIntervalMs: number;
  /** Wait after a throttle that names no time, in ms. */
  readonly cooldownMs: number;
  readonly overlapDays: number;
  readonly timeouts: { readonly connect: number; readonly firstByte: number; readonly idle: number };
  readonly accept: string;
  readonly poll: PollPlan;
  readonly streams: readonly Stream[];

  /** Asked once before the first plan; null when the source describes itself in no answer. */
  identify(): PageRequest | null;
  readDescription(
    answer: Answer,
  ): Description | Extract<Reading, { type: 'broken' | 'throttled' | 'blocked' | 'refused' }>;

  /** The same source with what its repository says of itself; left out where `identify` is null. */
  withDescription?(description: Description): Source;

  /**
   * First request of a look at a range. Look 1 harvests; look 2 and above must use other URLs than look 1.
   * `range.to` null = up to now, sent without an end. `today` is the server's day as far as known.
   */
  first(stream: string, range: DayRange, look: number, today: Day): PageRequest;
  /** As `first`, going on from a datestamp of a broken walk (inclusive). */
  resume(stream: string, range: DayRange, look: number, datestamp: string, today: Day): PageRequest;
  /** Another request whose answer tells an empty range from an outage. */
  confirmEmpty(stream: string, range: DayRange, today: Day): PageRequest;
  /** What the answer to `confirmEmpty` says about the range. */
  judgeEmpty(stream: string, range: DayRange, reading: Reading): 'empty' | 'not-empty' | 'unclear';
  /** The look that lists identifiers only, for isolating a record that breaks its page; null = there is none. */
  readonly identifiersLook: number | null;
  /** For an offset list: the same request `rows` further (or back, when negative); null where there is no such place. */
  shift(request: PageRequest, rows: number): PageRequest | null;
  /** For an offset list: how many rows a page usually has; null where there are no offsets. */
  usualRows(request: PageRequest): number | null;
  /** Asks for one record; null when the source cannot. */
  record(id: string): PageRequest | null;
  /** Asks for what the answer to `record` cannot tell (arXiv: the version), before it is asked; left out: nothing is missing. */
  recordHistory?(id: string): PageRequest;
  /** What an audit asks, apart from the harvest; left out: nothing but second looks tells what is missing. */
  readonly inventory?: Inventory;

  /**
   * Judges an answer by its whole content. `answeredBefore`: a like request of this walk was answered, so a
   * 406 now is a throttle.
   */
  read(request: PageRequest, answer: Answer, context: { readonly answeredBefore: boolean }): Reading;
  /** Reads the bytes of one quarantined record (or page) again; what still cannot be read is left out. */
  redrive(bytes: Uint8Array, contentType: string): readonly Item[];
}

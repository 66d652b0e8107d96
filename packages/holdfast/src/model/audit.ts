import type { Day } from './day.ts';
import type { DayRange } from './window.ts';

/** How an audit learnt what the upstream has, apart from the harvest. */
export type AuditMethod =
  /** A list of identifiers over the whole range, by other URLs than the harvest's. */
  | 'identifiers'
  /** Numbers that the upstream must have given out, and that nobody listed, asked for by themselves. */
  | 'density'
  /** What the upstream says that an interval holds, against what is stored of it. */
  | 'counts'
  /** Some windows, chosen at random, walked again. */
  | 'sample';

/** Some of many windows were walked again; what that says about all of them. */
export interface AuditSample {
  /** Windows of one day of one stream to choose from. */
  readonly population: number;
  readonly chosen: number;
  /** Chosen ones in which something was missing. */
  readonly failed: number;
  /** With this confidence (0.95) ... */
  readonly confidence: number;
  /** ... at most this share of the windows lacks something (exact binomial bound, Clopper and Pearson 1934). */
  readonly atMost: number;
}

/** One audit of one source, from its first request to its end; it outlasts restarts. */
export interface AuditRun {
  readonly id: string;
  readonly source: string;
  /** `paused`: the budget of this turn is used up, it goes on later; `ended`: everything was asked. */
  readonly state: 'running' | 'paused' | 'ended';
  readonly range: DayRange & { readonly to: Day };
  readonly methods: readonly AuditMethod[];
  /** Wall ms. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Requests sent for it, repairs not counted, and how many it may send in one turn. */
  readonly requests: number;
  readonly budget: number;
  /** Records that the upstream listed or counted. */
  readonly listed: number;
  /**
   * Records that were listed and were not here, or only older: a gap was opened for each, or, where a list of whole
   * records was walked again, it was stored at once.
   */
  readonly missing: number;
  /** Numbers that were asked for by themselves, and those of them that the upstream does not have. */
  readonly probed: number;
  readonly absent: number;
  readonly sample: AuditSample | null;
  /** Days that it could not list, count or walk: it says nothing of them. Older runs do not tell. */
  readonly unproved?: readonly (DayRange & { readonly to: Day })[];
  /** A sentence: what it does, or how it ended. */
  readonly note: string;
  /** Where it stands; the audit's own affair. */
  readonly progress: unknown;
}

/** What is known of one day of a source. */
export interface AuditDay {
  readonly source: string;
  readonly day: Day;
  /** `complete`: everything that was listed is here or in the quarantine, by a proved end and a second look. */
  readonly verdict: 'complete' | 'pending' | 'gap';
  /** A sentence. */
  readonly reason: string;
  /** Records with this datestamp. */
  readonly records: number;
  /** Gaps of records or ranges that touch the day. */
  readonly gaps: number;
  /** What confirmed it besides the harvest; null: nothing did yet. */
  readonly by: AuditMethod | 'second-look' | null;
  /** Wall ms of that; null before. */
  readonly at: number | null;
}

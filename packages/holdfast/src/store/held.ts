import type { Day } from '../model/day.ts';
import type { Change } from '../model/paper.ts';

/** The latest row of a record, without its metadata. */
export interface HeldRecord {
  readonly id: string;
  readonly version: string | null;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly hash: string;
  readonly hashVersion: number;
}

/** Records by their stamp: the latest row of each has one in a range; all its versions are given. */
export interface StampedQuery {
  /** Half-open range of days; `to` null = without an end. */
  readonly from: Day;
  readonly to: Day | null;
  /** Goes on behind this record, which an earlier call gave last. */
  readonly after: { readonly datestamp: string; readonly id: string } | null;
  readonly limit: number;
}

/** The rows of one record, each with the last change that the feed has of it. */
export interface RecordRows {
  readonly id: string;
  /** The newest datestamp of its rows now; that of a change is as it was written. */
  readonly datestamp: string;
  readonly rows: readonly Pick<Change, 'seq' | 'version' | 'datestamp' | 'hash' | 'hashVersion'>[];
}

/** Rows of one day. */
export interface DayCount {
  readonly day: Day;
  /** Each version of a record is a row. */
  readonly rows: number;
  /** Rows of version 1: first postings. */
  readonly first: number;
}

/** A page that a window's looks received; the bytes themselves are kept only where a record of them was new. */
export interface PageEvidence {
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Wall ms. */
  readonly fetchedAt: number;
  /** The look that received it. */
  readonly look: number;
}

/** Records of all sources that are one work, or may be. */
export interface Related {
  /** Joined by an identifier that both name: arXiv id, preprint DOI, journal DOI. */
  readonly exact: readonly { readonly source: string; readonly id: string; readonly by: string }[];
  /** Same title, first author and year: a guess, never joined. */
  readonly candidates: readonly { readonly source: string; readonly id: string; readonly by: string }[];
}

/** One author, in the order of the paper. */
export interface Author {
  readonly name: string;
  readonly orcid?: string;
  readonly affiliation?: string;
}

/**
 * The normalised metadata of a record: exactly the keys that the content hash covers, in the order in which
 * it covers them. Absent values are null; texts have their white space collapsed (see `normalise.ts`).
 */
export interface PaperFields {
  readonly id: string;
  /** A decimal number as text without `v`; null until known, and for sources that have no versions. */
  readonly version: string | null;
  readonly deleted: boolean;
  readonly withdrawn: boolean;
  readonly title: string | null;
  readonly abstract: string | null;
  readonly authors: readonly Author[];
  readonly categories: readonly string[];
  readonly doi: string | null;
  readonly journalRef: string | null;
  readonly comment: string | null;
  /** The day of the first posting, `YYYY-MM-DD` (as precise as the source gives it). */
  readonly published: string | null;
  /** The day of this version. */
  readonly updated: string | null;
  readonly license: string | null;
  /** Links by role (`abstract`, `pdf`, `journal`, …), keys sorted. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Where a record stands in a raw page: bytes of the decoded page. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** A paper as the store holds it; one row per (source, id, version). */
export interface StoredPaper {
  readonly seq: bigint;
  readonly source: string;
  readonly datestamp: string;
  readonly fields: PaperFields;
  readonly hash: string;
  readonly hashVersion: number;
}

/** Why a change row was written (see DESIGN, "Words"). */
export type ChangeKind = 'new' | 'version' | 'completed' | 'withdrawn' | 'deleted';

/** One row of the append-only change feed. */
export interface Change {
  readonly seq: bigint;
  readonly kind: ChangeKind;
  readonly source: string;
  readonly id: string;
  readonly version: string | null;
  readonly hash: string;
  readonly hashVersion: number;
  /** The upstream's stamp of the row when it was written; a later re-stamp does not change it. */
  readonly datestamp: string;
  /** Wall time of the commit, ms since the epoch. */
  readonly at: number;
}

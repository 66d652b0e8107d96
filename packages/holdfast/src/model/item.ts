import type { PaperFields, Place } from './paper.ts';

/** A field that the answer at hand cannot know; what the store knows of it is kept. */
export type UnknownField = 'version' | 'published' | 'withdrawn' | 'journalRef' | 'urls.journal';

/** One version of a paper's history as the source lists it. */
export interface HistoryEntry {
  readonly version: string;
  /** ISO 8601. */
  readonly date: string | null;
  readonly size?: string;
  readonly sourceType?: string;
}

interface ItemBase {
  readonly id: string;
  /** The upstream's stamp of last modification, as given (day or seconds). */
  readonly datestamp: string;
  /** Null when the page is no place of its own (a listing). */
  readonly place: Place | null;
  /** It came from a file that somebody else made, not from the source itself (see `applyImported`). */
  readonly imported?: boolean;
}

/** Full metadata of one record. */
export interface PaperItem extends ItemBase {
  readonly type: 'paper';
  readonly fields: PaperFields;
  readonly unknown: readonly UnknownField[];
}

/** A tombstone: the store keeps the last known metadata and marks it deleted. */
export interface DeletedItem extends ItemBase {
  readonly type: 'deleted';
}

/** What an `arXivRaw` record adds to a paper: its versions, first posting and withdrawal. */
export interface HistoryItem extends ItemBase {
  readonly type: 'history';
  readonly version: string;
  readonly published: string | null;
  readonly withdrawn: boolean;
  readonly history: readonly HistoryEntry[];
}

/** A preprint's link to its journal article; `datestamp` is the day of that publication. */
export interface JournalItem extends ItemBase {
  readonly type: 'journal';
  readonly journalRef: string | null;
  /** URL of the article, `https://doi.org/…`. */
  readonly url: string;
}

/** An identifier that a second look listed: must be stored with a datestamp at least as new. */
export interface ListedItem extends ItemBase {
  readonly type: 'listed';
}

/** What one record of an answer says. */
export type Item = PaperItem | DeletedItem | HistoryItem | JournalItem | ListedItem;

/** A record (or page) that could not be parsed; it goes to the quarantine with its own copy of the bytes. */
export interface BadItem {
  /** The identifier where it could be read. */
  readonly id: string | null;
  readonly datestamp: string | null;
  /** Stable code, such as `ERR_XML_MISMATCHED_TAG`. */
  readonly code: string;
  /** A sentence for a person. */
  readonly reason: string;
  readonly bytes: Uint8Array;
  readonly place: Place | null;
}

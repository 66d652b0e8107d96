import type { Place } from '../model/paper.ts';

/** The forms of a data set that are understood; told from its content, never from its name alone. */
export type DatasetForm = 'jsonl' | 'csv' | 'oai-pages' | 'metha' | 'sqlite' | 'parquet' | 'ids';

/** What one entry of a data set holds. */
export type DatasetContent =
  /** A line of JSON, a row of a table: values under the names that they have there; numbers stay as they were written. */
  | { readonly type: 'fields'; readonly values: Readonly<Record<string, unknown>> }
  /** A bare identifier on a line of its own. */
  | { readonly type: 'id'; readonly id: string }
  /** An OAI-PMH answer, or a part of one with whole records, decoded. */
  | { readonly type: 'oai-page'; readonly bytes: Uint8Array }
  /** Neither: kept with its bytes, counted, never dropped silently. */
  | { readonly type: 'bad'; readonly code: string; readonly reason: string; readonly bytes: Uint8Array };

/** One entry and where a person finds it: `arxiv.jsonl:17`, `cache/2020-01-31-00000000.xml.gz`. */
export interface DatasetEntry {
  readonly where: string;
  readonly content: DatasetContent;
  /** Its bytes within the batch's `raw`; left out where entries are no lines. */
  readonly place?: Place;
}

/** Lines of a batch that nobody has read: whoever knows them well reads them in their bytes. */
export interface UnreadLines {
  /** Where each ends in `raw`, behind its line end; all of it is UTF-8. */
  readonly ends: readonly number[];
  /** Reads one; null for one of white space, which is no entry. */
  readonly entry: (index: number) => DatasetEntry | null;
}

/** Some entries in their order. */
export interface DatasetBatch {
  readonly entries: readonly DatasetEntry[];
  /** The lines of the entries as they stand in the file (decompressed): who imports them keeps them. Its own memory. */
  readonly raw?: Uint8Array;
  /** Then `entries` is empty: each line is one. Only for whoever asked for it, and only of JSON lines. */
  readonly lines?: UnreadLines;
  /** Goes on after this batch; opaque text, never a number of entries alone: a file that was replaced is noticed. */
  readonly position: string;
  /** Bytes of the data set that were read so far, for a progress bar. */
  readonly bytesRead: number;
}

/** A data set that somebody left: a file or a folder. Read as a stream; memory stays flat. */
export interface Dataset {
  readonly path: string;
  readonly form: DatasetForm;
  readonly files: number;
  /** Of all files as they lie on the disk. */
  readonly bytes: number;
  /**
   * Entries in a stable order, going on after a position that an earlier call gave.
   * @throws HoldfastError `ERR_DATASET_CHANGED` when the files before the position are not those of then,
   * `ERR_DATASET_UNREADABLE` when a file cannot be read.
   */
  batches(options: {
    readonly after: string | null;
    readonly signal: AbortSignal;
    /** Gives lines as they are where it can. */
    readonly unread?: boolean;
  }): AsyncIterable<DatasetBatch>;
}

import type { StoredPaper } from '../model/paper.ts';

/** The formats of an export. */
export const FORMAT_NAMES = ['jsonl', 'csv', 'parquet', 'bibtex', 'ris', 'csl-json'] as const;

/** The name of a format, as `--format` takes it. */
export type FormatName = (typeof FORMAT_NAMES)[number];

/** A piece of an export: text (UTF-8 when it is written) or bytes; '' = nothing yet. */
export type Piece = string | Uint8Array;

/** How the papers are written. */
export interface FormatOptions {
  /** Whether `seq` is written, where the format has a place for it. */
  readonly withSeq: boolean;
  /** Whether a record may come in several versions: their keys then tell them apart. */
  readonly allVersions: boolean;
}

/** Writes one export from its first to its last piece; it keeps a bounded part of the papers at most. */
export interface FormatWriter {
  /** What stands before the first paper. */
  header(): Piece;
  /** One more paper; '' where it is left out or held for a later piece. */
  paper(paper: StoredPaper): Piece;
  /** What stands behind the last paper. Nothing may follow. */
  footer(): Piece;
}

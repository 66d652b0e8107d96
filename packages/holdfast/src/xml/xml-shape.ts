import type { Place } from '../model/paper.ts';
import type { RecordMarks } from './record-scanner.ts';
import type { XmlNode } from './xml-node.ts';

/** A stretch of a page that could not be read as a record. */
export interface BadPiece {
  readonly code: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
  readonly place: Place;
}

/** A page of records. */
export interface XmlPage<T> {
  /** The root element without its records. */
  readonly root: XmlNode;
  readonly records: readonly T[];
  readonly bad: readonly BadPiece[];
  /** Certain repairs, as codes. */
  readonly repairs: readonly string[];
}

/** How a kind of page is made up. */
export interface XmlPageShape {
  readonly root: string;
  /** Local names of the elements that hold records, with the marks of the records in them. */
  readonly lists: Readonly<Record<string, RecordMarks>>;
  /** Children of a list that are no records. */
  readonly after: readonly string[];
}

import type { Place } from '../model/paper.ts';
import { copyOf, latin1Of } from './bytes.ts';
import { declaredEncoding, type Declared } from './decode.ts';
import type { RecordMarks, Scan, Span } from './record-scanner.ts';
import { scanRecords } from './record-scanner.ts';
import { toXmlError, XmlError } from './xml-error.ts';
import type { XmlNode } from './xml-node.ts';
import { readXmlPiece } from './xml-piece.ts';
import type { BadPiece, XmlPage, XmlPageShape } from './xml-shape.ts';

/** What all steps of one salvage share. */
interface Salvage<T> {
  readonly bytes: Uint8Array;
  /** The page with one character per byte. */
  readonly latin1: string;
  readonly declared: Declared;
  readonly convert: (record: XmlNode, place: Place) => T;
  readonly records: T[];
  readonly bad: BadPiece[];
  readonly repairs: Set<string>;
}

/** Longest text outside the records that is looked at closely; a longer one is no margin. */
const MARGIN = 8192;

/**
 * Reads what can be read of a complete page that is not well-formed: every record alone, then the rest of the
 * page with the records blanked out. The rest must be sound (it holds the token that continues the list), else
 * the page is rejected whole.
 * @throws XmlError
 */
export function salvagePage<T>(
  bytes: Uint8Array,
  shape: XmlPageShape,
  convert: (record: XmlNode, place: Place) => T,
): XmlPage<T> {
  const latin1 = latin1Of(bytes);
  const scan = scanRecords(latin1, marksOf(latin1, shape));
  const salvage: Salvage<T> = {
    bytes,
    latin1,
    declared: declaredEncoding(bytes),
    convert,
    records: [],
    bad: [],
    repairs: new Set(),
  };
  for (const piece of scan.pieces) {
    if (piece.recordEnds === null) readLeftover(salvage, piece);
    else readRecord(salvage, piece, piece.recordEnds);
  }
  const root = readRest(salvage, scan);
  return { root, records: salvage.records, bad: salvage.bad, repairs: [...salvage.repairs] };
}

/** The marks of the first list that the page opens; without any, the root alone is looked for. */
function marksOf(latin1: string, shape: XmlPageShape): RecordMarks {
  const found = Object.entries(shape.lists).find(([name]) =>
    new RegExp(`<(?:[\\w.-]+:)?${name}[\\s>]`).test(latin1),
  );
  return found?.[1] ?? { root: shape.root, record: shape.root, first: null, lists: [], after: [] };
}

/** A record that parses alone is kept, repaired if need be; what is left of its piece is bad. */
function readRecord<T>(salvage: Salvage<T>, piece: Span, ends: readonly number[]): void {
  let failure: XmlError | null = null;
  for (const end of ends) {
    const node = tryRead(() => parsePiece(salvage, { start: piece.start, end }));
    if (node instanceof XmlError) {
      failure ??= node;
      continue;
    }
    salvage.records.push(salvage.convert(node, { offset: piece.start, length: end - piece.start }));
    readLeftover(salvage, { start: end, end: piece.end });
    return;
  }
  addBad(salvage, piece, failure ?? new XmlError('ERR_XML_MISMATCHED_TAG', 'The record has no closing tag.'));
}

/** Comments beside records are nothing; anything else is shown. */
function readLeftover<T>(salvage: Salvage<T>, span: Span): void {
  if (isBlank(salvage.latin1.slice(span.start, span.end))) return;
  addBad(salvage, span, new XmlError('ERR_XML_MALFORMED', 'Something that is no record stands in the list.'));
}

/** Whether a margin holds nothing but what may stand there: white space, comments, declarations. */
function isBlank(text: string): boolean {
  if (text.length > MARGIN) return text.trim() === '';
  return text.replace(/^\xef\xbb\xbf|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^<>[]*>/gi, '').trim() === '';
}

function parsePiece<T>(salvage: Salvage<T>, span: Span): XmlNode {
  const { node, repairs } = readXmlPiece(salvage.bytes.subarray(span.start, span.end), salvage.declared);
  for (const repair of repairs) salvage.repairs.add(repair);
  return node;
}

function tryRead(read: () => XmlNode): XmlNode | XmlError {
  try {
    return read();
  } catch (error) {
    return toXmlError(error);
  }
}

function readRest<T>(salvage: Salvage<T>, scan: Scan): XmlNode {
  const rest = copyOf(salvage.bytes, scan.root.start, scan.root.end);
  for (const piece of scan.pieces)
    rest.fill(0x20, piece.start - scan.root.start, piece.end - scan.root.start);
  const outside = salvage.latin1.slice(0, scan.root.start) + salvage.latin1.slice(scan.root.end);
  if (/<!DOCTYPE[^<>[]*\[/i.test(outside.slice(0, MARGIN))) {
    throw new XmlError('ERR_XML_DTD', 'The document declares a DTD of its own.');
  }
  if (!isBlank(outside)) salvage.repairs.add('outside-text');
  const { node, repairs } = readXmlPiece(rest, salvage.declared);
  for (const repair of repairs) salvage.repairs.add(repair);
  return node;
}

function addBad<T>(salvage: Salvage<T>, span: Span, cause: unknown): void {
  const error = toXmlError(cause);
  const place = { offset: span.start, length: span.end - span.start };
  salvage.bad.push({
    code: error.code,
    reason: error.message,
    bytes: copyOf(salvage.bytes, span.start, span.end),
    place,
  });
}

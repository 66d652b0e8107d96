import type { Place } from '../model/paper.ts';
import { latin1Of } from './bytes.ts';
import { BytePositions, decodePage } from './decode.ts';
import { refuseAmbiguity } from './record-scanner.ts';
import { salvagePage } from './salvage.ts';
import { XmlError } from './xml-error.ts';
import type { XmlNode } from './xml-node.ts';
import type { XmlPage, XmlPageShape } from './xml-shape.ts';
import { readXml } from './xml-reader.ts';

/**
 * Reads a page of records. A well-formed page is read in one pass. A complete page (its root's closing tag is
 * there) that is not well-formed is repaired where that is certain, else cut into its records, each read alone:
 * damage costs the damaged records. A cut page, HTML or anything else throws.
 * @throws XmlError
 */
export function readXmlPage<T>(
  bytes: Uint8Array,
  shape: XmlPageShape,
  convert: (record: XmlNode, place: Place) => T,
): XmlPage<T> {
  refuseWhatIsNotXml(bytes);
  try {
    return readStrictly(bytes, shape, convert);
  } catch (error) {
    if (!(error instanceof XmlError) || !isWorthSalvaging(error)) throw error;
    return salvagePage(bytes, shape, convert);
  }
}

function readStrictly<T>(
  bytes: Uint8Array,
  shape: XmlPageShape,
  convert: (record: XmlNode, place: Place) => T,
): XmlPage<T> {
  const page = decodePage(bytes);
  const positions = new BytePositions(page);
  const records: T[] = [];
  const root = readXml(page.text, {
    isRecord: (depth, name, parent) =>
      depth === 2 && Object.hasOwn(shape.lists, parent) && !shape.after.includes(name),
    onRecord: (node, start, end) => {
      const offset = positions.at(start);
      records.push(convert(node, { offset, length: positions.at(end) - offset }));
    },
    onRoot: (name) => checkRoot(name, shape.root),
    onSection: (text) => {
      for (const marks of Object.values(shape.lists)) refuseAmbiguity(text, marks);
    },
  });
  return { root, records, bad: [], repairs: page.repairs };
}

function checkRoot(name: string, expected: string): void {
  if (name === expected) return;
  if (name.toLowerCase() === 'html') throw new XmlError('ERR_XML_HTML', 'The document is an HTML page.');
  throw new XmlError('ERR_XML_ROOT', `The document is <${name}>, not <${expected}>.`);
}

/** HTML does not become a page by looking closer, nor does doubt end; a notice printed before the document may hide its root. */
function isWorthSalvaging(error: XmlError): boolean {
  return !['ERR_XML_EMPTY', 'ERR_XML_HTML', 'ERR_XML_DTD', 'ERR_XML_AMBIGUOUS'].includes(error.code);
}

function refuseWhatIsNotXml(bytes: Uint8Array): void {
  const head = latin1Of(bytes.subarray(0, 1024));
  const start = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (start === '' && bytes.length <= 1024) throw new XmlError('ERR_XML_EMPTY', 'The answer is empty.');
  if (/^<(!doctype\s+html|html)[\s>]/i.test(start))
    throw new XmlError('ERR_XML_HTML', 'The answer is an HTML page.');
  if (/^[[{"]|^(null|true|false)\b/.test(start))
    throw new XmlError('ERR_XML_NOT_XML', 'The answer is not XML.');
}

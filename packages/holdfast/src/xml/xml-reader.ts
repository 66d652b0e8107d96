import { SaxesParser } from 'saxes';
import { toXmlError, XmlError } from './xml-error.ts';
import type { XmlNode } from './xml-node.ts';

/** What to do with the elements that a document consists of. */
export interface XmlCuts {
  /** Whether an element (depth 0 = root) is handed to `onRecord` and not kept in the tree. */
  isRecord(depth: number, name: string, parent: string): boolean;
  /** One complete record; `start` and `end` are indices into the text. */
  onRecord(node: XmlNode, start: number, end: number): void;
  /** Sees the root's name before anything else is read; may throw. */
  onRoot?(name: string): void;
  /** Sees the text of each CDATA section; may throw. */
  onSection?(text: string): void;
}

/** No metadata format comes near; what walks a tree must not run out of stack. */
const DEEPEST = 200;

const NO_CUTS: XmlCuts = { isRecord: () => false, onRecord: () => undefined };

/**
 * Reads a whole document strictly and gives its root element, without the records that were cut out of it: only
 * one record is in memory at a time. Whatever is cut, mismatched, undeclared or not XML at all throws; entities
 * declared in a DTD are refused, so nothing expands.
 * @throws XmlError
 */
export function readXml(text: string, cuts: XmlCuts = NO_CUTS): XmlNode {
  const builder = new TreeBuilder(text, cuts);
  try {
    return builder.read();
  } catch (error) {
    throw toXmlError(error);
  }
}

/** Builds the tree while the parser runs. Throwing handlers stop it: a parser that goes on guesses. */
class TreeBuilder {
  readonly #text: string;
  readonly #cuts: XmlCuts;
  readonly #parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  /** Open elements, outermost first. */
  readonly #open: XmlNode[] = [];
  /** Depth of the record being read, -1 outside of records. */
  #recordDepth = -1;
  #recordStart = 0;
  #root: XmlNode | null = null;

  constructor(text: string, cuts: XmlCuts) {
    this.#text = text;
    this.#cuts = cuts;
  }

  read(): XmlNode {
    const parser = this.#parser;
    parser.on('opentag', (tag) => this.#onOpen(tag.name, tag.attributes));
    parser.on('closetag', () => this.#onClose());
    parser.on('text', (text) => this.#onText(text));
    parser.on('cdata', (text) => {
      this.#cuts.onSection?.(text);
      this.#onText(text);
    });
    parser.on('doctype', (doctype) => refuseEntities(doctype));
    parser.write(this.#text);
    parser.close();
    if (this.#root === null) throw new XmlError('ERR_XML_EMPTY', 'The document is empty.');
    return this.#root;
  }

  #onOpen(qualified: string, attributes: Record<string, string>): void {
    const open = this.#open;
    const depth = open.length;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (depth > DEEPEST) throw new XmlError('ERR_XML_MALFORMED', `Elements are nested ${depth} deep.`);
    const node: XmlNode = { name, attributes, children: [], text: '', tail: '' };
    const parent = open[depth - 1];
    if (parent === undefined) {
      this.#root = node;
      this.#cuts.onRoot?.(name);
    } else if (this.#recordDepth < 0 && this.#cuts.isRecord(depth, name, parent.name)) {
      this.#recordDepth = depth;
      // An attribute value holds no `<`, so the last one before here is the tag's own.
      this.#recordStart = this.#text.lastIndexOf('<', this.#parser.position - 1);
    } else {
      parent.children.push(node);
    }
    open.push(node);
  }

  #onClose(): void {
    const node = this.#open.pop();
    if (node === undefined || this.#recordDepth !== this.#open.length) return;
    this.#recordDepth = -1;
    this.#cuts.onRecord(node, this.#recordStart, this.#parser.position);
  }

  #onText(text: string): void {
    const node = this.#open.at(-1);
    if (node === undefined) return;
    const last = node.children.at(-1);
    if (last === undefined) node.text += text;
    else last.tail += text;
  }
}

function refuseEntities(doctype: string): void {
  if (doctype.includes('[')) throw new XmlError('ERR_XML_DTD', 'The document declares a DTD of its own.');
  if (/^\s*html/i.test(doctype)) throw new XmlError('ERR_XML_HTML', 'The document is an HTML page.');
}

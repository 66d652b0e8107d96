import { XmlError } from './xml-error.ts';

/** A stretch of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Names that tell records from what surrounds them; all local. */
export interface RecordMarks {
  readonly root: string;
  /** A record's tag, and the tag of its first child where that is needed to know it (null = its own tag is enough). */
  readonly record: string;
  readonly first: string | null;
  /** Tags of the elements that hold records. */
  readonly lists: readonly string[];
  /** Tags that may follow the last record inside a list. */
  readonly after: readonly string[];
}

/** Where the records of a damaged page lie. */
export interface Scan {
  /** The root element; outside it is nothing of the document. */
  readonly root: Span;
  /** Pieces that hold a record each, and pieces between them that hold something else. */
  readonly pieces: readonly (Span & { readonly isRecord: boolean })[];
}

/**
 * Cuts a page that is complete but not well-formed into its records by their tags alone. Works on a text of one
 * character per byte, so indices are byte offsets; tags are ASCII and look the same in UTF-8.
 * @throws XmlError ERR_XML_TRUNCATED without the root's closing tag: a cut page is never salvaged
 */
export function scanRecords(latin1: string, marks: RecordMarks): Scan {
  const text = maskSections(latin1);
  const root = findRoot(text, marks.root);
  const list = findList(text, root, marks);
  if (list === null) return { root, pieces: [] };
  return { root, pieces: cutPieces(text, list, marks) };
}

/**
 * Blanks CDATA sections and comments, so that tags inside them do not count. An opener that meets another one
 * before its end was never closed and is left standing.
 */
function maskSections(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (let at = nextSection(text, 0); at >= 0; at = nextSection(text, at)) {
    const [opener, closer] = text.startsWith('<!--', at) ? ['<!--', '-->'] : ['<![CDATA[', ']]>'];
    const end = text.indexOf(closer, at + opener.length);
    if (end < 0) throw truncated('a comment or CDATA section has no end');
    const again = text.indexOf(opener, at + opener.length);
    if (again >= 0 && again < end) {
      at += opener.length;
      continue;
    }
    parts.push(text.slice(done, at), ' '.repeat(end + closer.length - at));
    at = done = end + closer.length;
  }
  return parts.join('') + text.slice(done);
}

function nextSection(text: string, from: number): number {
  const cdata = text.indexOf('<![CDATA[', from);
  const comment = text.indexOf('<!--', from);
  return cdata < 0 || (comment >= 0 && comment < cdata) ? comment : cdata;
}

function findRoot(text: string, name: string): Span {
  const opens = [...text.matchAll(openTag(name))];
  const closes = [...text.matchAll(closeTag(name))];
  const open = opens[0];
  const close = closes.at(-1);
  if (open === undefined) {
    const code = text.trimStart().startsWith('<') ? 'ERR_XML_ROOT' : 'ERR_XML_NOT_XML';
    throw new XmlError(code, `The answer has no <${name}> element.`);
  }
  if (close === undefined || close.index < open.index) throw truncated(`</${name}> is missing`);
  if (opens.length > 1 || closes.length > 1) {
    throw new XmlError('ERR_XML_SECOND_ROOT', `The answer holds more than one <${name}> element.`);
  }
  return { start: open.index, end: close.index + close[0].length };
}

/** What lies between the list's opening tag and whatever follows its records. */
function findList(text: string, root: Span, marks: RecordMarks): Span | null {
  if (marks.lists.length === 0) return null;
  const open = [...text.slice(root.start, root.end).matchAll(openTag(...marks.lists))][0];
  if (open === undefined) return null;
  const start = root.start + open.index + open[0].length;
  const lastRecord = [...text.slice(start, root.end).matchAll(recordStart(marks))].at(-1)?.index ?? 0;
  const behind = new RegExp(`${openTag(...marks.after).source}|${closeTag(...marks.lists).source}`, 'g');
  behind.lastIndex = start + lastRecord;
  const end = behind.exec(text)?.index ?? -1;
  if (end < 0 || end > root.end) throw truncated('the list has no end');
  return { start, end };
}

function cutPieces(text: string, list: Span, marks: RecordMarks): Scan['pieces'] {
  const body = text.slice(list.start, list.end);
  const starts = [...body.matchAll(recordStart(marks))].map((match) => list.start + match.index);
  const pieces = starts.map((start, index) => ({
    start,
    end: starts[index + 1] ?? list.end,
    isRecord: true,
  }));
  const before = { start: list.start, end: starts[0] ?? list.end, isRecord: false };
  return [before, ...pieces].filter((piece) => text.slice(piece.start, piece.end).trim() !== '');
}

/** Ends of the closing tags of a record's name inside a piece, in order. */
export function closingTags(piece: string, marks: RecordMarks): readonly number[] {
  return [...piece.matchAll(closeTag(marks.record))].map((match) => match.index + match[0].length);
}

function recordStart(marks: RecordMarks): RegExp {
  const own = openTag(marks.record).source;
  return marks.first === null
    ? new RegExp(own, 'g')
    : new RegExp(`${own}[^<]*${openTag(marks.first).source}`, 'g');
}

function openTag(...names: readonly string[]): RegExp {
  return new RegExp(`<(?:[\\w.-]+:)?(?:${names.join('|')})(?:\\s[^<>]*)?/?>`, 'g');
}

function closeTag(...names: readonly string[]): RegExp {
  return new RegExp(`</(?:[\\w.-]+:)?(?:${names.join('|')})\\s*>`, 'g');
}

function truncated(detail: string): XmlError {
  return new XmlError('ERR_XML_TRUNCATED', `The document is cut: ${detail}.`);
}

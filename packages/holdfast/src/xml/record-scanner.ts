import { finder } from './finder.ts';
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

/** A stretch between the beginnings of two records. */
export interface Piece extends Span {
  /** Ends that its record may have; null when it is none. */
  readonly recordEnds: readonly number[] | null;
}

/** Where the records of a damaged page lie. */
export interface Scan {
  /** The root element; outside it is nothing of the document. */
  readonly root: Span;
  /** Pieces that begin with a record, and pieces before them that hold something else. */
  readonly pieces: readonly Piece[];
}

/**
 * Cuts a page that is complete but not well-formed into its records by their tags alone. Works on a text of one
 * character per byte, so indices are byte offsets; tags are ASCII and look the same in UTF-8.
 * @throws XmlError ERR_XML_TRUNCATED without the root's closing tag: a cut page is never salvaged
 */
export function scanRecords(latin1: string, marks: RecordMarks): Scan {
  const text = maskSections(latin1, marks);
  const root = findRoot(text, marks.root);
  const list = findList(text, root, marks);
  if (list === null) return { root, pieces: [] };
  return { root, pieces: cutPieces(text, list, marks) };
}

/**
 * Blanks CDATA sections and comments, so that tags inside them do not count. A comment that meets another one
 * before its end was never closed (XML forbids `--` in it) and is left standing.
 */
function maskSections(text: string, marks: RecordMarks): string {
  const parts: string[] = [];
  const closers = { '<!--': finder(text, '-->'), '<![CDATA[': finder(text, ']]>') };
  const opener = /<!--|<!\[CDATA\[/g;
  let done = 0;
  for (let match = opener.exec(text); match !== null; match = opener.exec(text)) {
    const kind = match[0] as keyof typeof closers;
    const closer = closers[kind](opener.lastIndex);
    if (closer < 0) throw truncated('a comment or CDATA section has no end');
    const inside = text.slice(opener.lastIndex, closer);
    if (kind === '<!--' && inside.includes(kind)) continue;
    if (kind !== '<!--') refuseAmbiguity(inside, marks);
    const end = closer + 3;
    parts.push(text.slice(done, match.index), ' '.repeat(end - match.index));
    opener.lastIndex = done = end;
  }
  return parts.join('') + text.slice(done);
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
  const pieces = starts.map((start, index) => {
    const end = starts[index + 1] ?? list.end;
    return {
      start,
      end,
      recordEnds: candidateEnds(text.slice(start, end), marks).map((length) => start + length),
    };
  });
  const before = { start: list.start, end: starts[0] ?? list.end, recordEnds: null };
  return [before, ...pieces].filter((piece) => text.slice(piece.start, piece.end).trim() !== '');
}

/**
 * Refuses a CDATA section that holds both another opener and the beginning of a record. Either it was never
 * closed and swallows whole records without a parser's notice, or its text imitates them: taken as text the
 * records would be lost, taken as records the text would forge them.
 * @throws XmlError ERR_XML_AMBIGUOUS
 */
export function refuseAmbiguity(section: string, marks: RecordMarks): void {
  if (!section.includes('<![CDATA[') || !recordStart(marks).test(section)) return;
  throw new XmlError('ERR_XML_AMBIGUOUS', 'A CDATA section that may never have been closed holds records.');
}

/**
 * Where the record of a piece may end: where its own tags balance (a record may hold elements of its name), else
 * behind the first or the last closing tag. Few, so that a page of closing tags is no trap.
 */
function candidateEnds(piece: string, marks: RecordMarks): readonly number[] {
  const ends: number[] = [];
  let depth = 0;
  let balanced: number | null = null;
  const tag = new RegExp(`${openTag(marks.record).source}|${closeTag(marks.record).source}`, 'g');
  for (let match = tag.exec(piece); match !== null; match = tag.exec(piece)) {
    if (match[0].endsWith('/>')) continue;
    if (match[0].startsWith('</')) ends.push(tag.lastIndex);
    depth += match[0].startsWith('</') ? -1 : 1;
    if (depth === 0) balanced ??= tag.lastIndex;
  }
  return [...new Set([balanced, ends.at(0), ends.at(-1)])].filter((end) => typeof end === 'number');
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

/** A stretch of whole records, or of whole headers of a list of identifiers. */
export interface RecordStretch {
  readonly start: number;
  readonly end: number;
  readonly unit: 'record' | 'header';
}

const CLOSING = /<\/(?:[\w.-]+:)?OAI-PMH\s*>/g;
const OPENING = /(?:<\?xml\b[^<>]*\?>\s*(?:<\?[^<>]*\?>\s*)*)?<(?:[\w.-]+:)?OAI-PMH(?=[\s>])/g;

/** Behind the first closing tag of an answer from an offset on; -1 when there is none. */
export function endOfDocument(text: string, from: number): number {
  CLOSING.lastIndex = from;
  for (let match = CLOSING.exec(text); match !== null; match = CLOSING.exec(text)) {
    if (!isInSection(text, match.index)) return CLOSING.lastIndex;
  }
  return -1;
}

/** Where the last answer begins whose end the text ends with; null when none begins in it. */
export function startOfDocument(text: string): number | null {
  let start: number | null = null;
  for (const match of text.matchAll(OPENING)) {
    if (!isInSection(text, match.index)) start = match.index;
  }
  return start;
}

/**
 * The whole records of a text, from the first to the last; where there is no record at all, the whole headers. A
 * record may hold elements of its own name, as MARC does. Null when there is none.
 */
export function cutRecords(text: string): RecordStretch | null {
  const records = stretchOf(text, 'record');
  if (records.opened) return records.stretch;
  return stretchOf(text, 'header').stretch;
}

function stretchOf(
  text: string,
  unit: RecordStretch['unit'],
): { opened: boolean; stretch: RecordStretch | null } {
  const tag = new RegExp(
    `<!--[\\s\\S]*?(?:-->|$)|<!\\[CDATA\\[[\\s\\S]*?(?:\\]\\]>|$)|<(/?)(?:[\\w.-]+:)?${unit}(?:\\s[^<>]*?)?(/?)>`,
    'g',
  );
  let depth = 0;
  let start = -1;
  let end = -1;
  for (let match = tag.exec(text); match !== null; match = tag.exec(text)) {
    if (match[0].startsWith('<!') || match[2] === '/') continue;
    if (match[1] === '') {
      if (depth === 0 && start < 0) start = match.index;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) end = tag.lastIndex;
    }
  }
  return { opened: start >= 0, stretch: end < 0 ? null : { start, end, unit } };
}

/** Whether a place lies inside of a CDATA section or a comment. */
function isInSection(text: string, index: number): boolean {
  const open = (opener: string, closer: string): boolean => {
    const begin = text.lastIndexOf(opener, index);
    return begin >= 0 && text.lastIndexOf(closer, index) < begin;
  };
  return open('<![CDATA[', ']]>') || open('<!--', '-->');
}

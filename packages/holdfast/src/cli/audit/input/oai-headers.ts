import {
  childOf,
  childText,
  readXmlPage,
  type RecordMarks,
  type XmlNode,
  type XmlPageShape,
} from '../../../xml/index.ts';

/** A header of a record in an OAI-PMH answer. */
export interface OaiHeader {
  readonly identifier: string;
  readonly datestamp: string | null;
}

const LISTS = ['ListRecords', 'ListIdentifiers', 'GetRecord'] as const;
const AFTER = ['resumptionToken'] as const;

function marks(list: string): RecordMarks {
  const record = list === 'ListIdentifiers' ? 'header' : 'record';
  return {
    root: 'OAI-PMH',
    record,
    first: record === 'record' ? 'header' : 'identifier',
    lists: [list],
    after: AFTER,
  };
}

const SHAPE: XmlPageShape = {
  root: 'OAI-PMH',
  lists: Object.fromEntries(LISTS.map((list) => [list, marks(list)])),
  after: AFTER,
};

/**
 * The headers of the records in an answer; `bad` counts pieces that are no record.
 * @throws XmlError when the answer is cut or no answer
 */
export function oaiHeaders(bytes: Uint8Array): {
  readonly headers: readonly OaiHeader[];
  readonly bad: number;
} {
  const page = readXmlPage(bytes, SHAPE, headerOf);
  const headers = page.records.filter((each) => each !== null);
  return { headers, bad: page.bad.length + page.records.length - headers.length };
}

function headerOf(node: XmlNode): OaiHeader | null {
  const header = node.name === 'header' ? node : childOf(node, 'header');
  const identifier = header === null ? null : childText(header, 'identifier');
  if (header === null || identifier === null || identifier.trim() === '') return null;
  return { identifier: identifier.trim(), datestamp: childText(header, 'datestamp')?.trim() ?? null };
}

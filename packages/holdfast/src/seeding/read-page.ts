import type { BadItem, Item } from '../model/item.ts';
import type { Source } from '../sources/port.ts';
import { latin1Of, XmlError } from '../xml/index.ts';
import { readArxivRaw } from './arxiv-raw.ts';
import type { PageContent } from './arxiv-raw.ts';
import type { HomeKind } from './mapped.ts';

/** What an OAI-PMH page tells of where it comes from. */
export interface PageOrigin {
  readonly kind: HomeKind;
  /** The endpoint that its answer names; null when it is a part of one. */
  readonly baseUrl: string | null;
}

/** Tells arXiv's own formats from all others. */
export function originOf(bytes: Uint8Array): PageOrigin {
  const text = latin1Of(bytes);
  const kind = /<(?:[\w.-]+:)?arXiv(?:Raw)?[\s>]/.test(text) ? 'arxiv' : 'oai-pmh';
  const baseUrl = /<(?:[\w.-]+:)?request\b[^<>]*>\s*([^<\s]+)\s*</.exec(text)?.[1] ?? null;
  return { kind, baseUrl };
}

/** Reads a page as the source's own harvest reads it; everything in it counts as imported. */
export function readPage(bytes: Uint8Array, source: Source): PageContent {
  const { items, bad } = contentOf(bytes, source);
  return { items: items.flatMap(toImported), bad };
}

/** A listing of identifiers brings nothing that could be stored. */
function toImported(item: Item): readonly Item[] {
  return item.type === 'paper' || item.type === 'deleted' ? [{ ...item, imported: true }] : [];
}

function contentOf(bytes: Uint8Array, source: Source): PageContent {
  const text = latin1Of(bytes);
  const arxiv = source.kind === 'arxiv';
  try {
    if (arxiv && /<(?:[\w.-]+:)?arXivRaw[\s>]/.test(text)) return readArxivRaw(bytes);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return whole(bytes, error.code, error.message);
  }
  if (/<(?:[\w.-]+:)?ListIdentifiers[\s>]/.test(text)) return { items: [], bad: [] };
  const verb = /<(?:[\w.-]+:)?GetRecord[\s>]/.test(text) ? 'GetRecord' : 'ListRecords';
  const request = { url: source.baseUrl, as: arxiv ? `${verb}:arXiv` : verb, continues: false };
  const headers = { 'content-type': 'text/xml' };
  const answer = { url: source.baseUrl, status: 200, headers, body: bytes, receivedAt: 0 };
  const reading = source.read(request, answer, { answeredBefore: false });
  if (reading.type === 'page') return reading;
  // An answer without records says so: there is nothing in it to be kept.
  if (reading.type === 'nothing' || reading.type === 'absent') return { items: [], bad: [] };
  const detail = 'detail' in reading ? reading.detail : '';
  return whole(bytes, reading.type === 'broken' ? reading.code : 'ERR_IMPORT_PAGE', detail);
}

function whole(bytes: Uint8Array, code: string, detail: string): PageContent {
  const bad: BadItem = {
    id: null,
    datestamp: null,
    code,
    reason: `The page cannot be read. ${detail}`.trim(),
    bytes: new Uint8Array(bytes),
    place: { offset: 0, length: bytes.length },
  };
  return { items: [], bad: [bad] };
}

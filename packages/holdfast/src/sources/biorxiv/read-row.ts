import type { BadItem, Item } from '../../model/item.ts';
import { JsonSpanError, scanJson } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import type { PreprintServer } from './requests.ts';
import { readLinkRow, readVersionRow } from './rows.ts';

/** What a row's bytes gave. `repaired`: control characters were taken for white space. */
export type ReadRow = { readonly repaired: boolean } & ({ readonly item: Item } | { readonly bad: BadItem });

/**
 * Reads one row of an answer by itself, so that a bad one costs no other. `link`: it is a row of `/pubs`. The bytes
 * of a bad row are a copy: the page they came in is not kept alive by them.
 */
export function readRow(
  server: PreprintServer,
  link: boolean,
  body: Uint8Array,
  { start, end }: Span,
): ReadRow {
  const bytes = body.subarray(start, end);
  const place = { offset: start, length: end - start };
  const parsed = parseJson(bytes);
  if (parsed === null) {
    const reason = 'The row is not valid JSON in UTF-8.';
    return {
      repaired: false,
      bad: { id: null, datestamp: null, code: 'ERR_ROW_JSON', reason, bytes: new Uint8Array(bytes), place },
    };
  }
  const { value, repaired } = parsed;
  const read = link ? readLinkRow(value, server, place) : readVersionRow(value, server, place);
  if (read.type !== 'fault') return { repaired, item: read };
  const { id, datestamp, code, reason } = read;
  return { repaired, bad: { id, datestamp, code, reason, bytes: new Uint8Array(bytes), place } };
}

/** Reads quarantined bytes again: a row, which shows by its fields which list it is of, or a whole page. */
export function redriveRows(server: PreprintServer, bytes: Uint8Array): readonly Item[] {
  return spansOf(bytes).flatMap((span) => {
    const value = parseJson(bytes.subarray(span.start, span.end))?.value;
    const link =
      typeof value === 'object' && value !== null && ('preprint_doi' in value || 'biorxiv_doi' in value);
    const read = readRow(server, link, bytes, span);
    return 'item' in read ? [read.item] : [];
  });
}

function spansOf(bytes: Uint8Array): readonly Span[] {
  try {
    return scanJson(bytes, 'collection').elements ?? [{ start: 0, end: bytes.length }];
  } catch (error) {
    if (error instanceof JsonSpanError) return [{ start: 0, end: bytes.length }];
    throw error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a piece of JSON; null when it is none. A bare control character is not allowed in JSON: taking it for
 * white space is the only change that is made, and is certain.
 */
export function parseJson(bytes: Uint8Array): { readonly value: unknown; readonly repaired: boolean } | null {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return null;
  }
  return parsed(text, false) ?? parsed(text.replace(/[\u0000-\u001f]/g, ' '), true);
}

function parsed(
  text: string,
  repaired: boolean,
): { readonly value: unknown; readonly repaired: boolean } | null {
  try {
    return { value: JSON.parse(text) as unknown, repaired };
  } catch {
    return null;
  }
}

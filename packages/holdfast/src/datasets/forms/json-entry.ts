import type { DatasetEntry } from '../port.ts';
import { parseJson } from './number-text.ts';
import { bad } from './piece.ts';

/** One JSON text as an entry: an object is fields, a string or number an id, all else bad. */
export function jsonEntry(where: string, text: string): DatasetEntry {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return bad(where, 'ERR_DATASET_JSON', notJson(error), Buffer.from(text));
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return { where, content: { type: 'id', id: String(value) } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { where, content: { type: 'fields', values: value as Readonly<Record<string, unknown>> } };
  }
  return bad(where, 'ERR_DATASET_JSON', 'The JSON is no object.', Buffer.from(text));
}

function notJson(error: unknown): string {
  // What the parser says quotes the text; only its kind is told.
  const cut = error instanceof SyntaxError && /end of JSON|Unterminated/i.test(error.message);
  return cut ? 'The JSON is cut.' : 'It is not JSON.';
}

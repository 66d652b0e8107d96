import type { DatasetForm } from './port.ts';
import { readIds } from './forms/ids.ts';
import { readJsonLines } from './forms/jsonl.ts';
import { readJsonValues } from './forms/json-values.ts';
import { readOaiPages } from './forms/oai-pages.ts';
import type { ReadForm } from './forms/piece.ts';
import type { Sniffed } from './sniff.ts';

/** How a file is read as a form; null when it is of another one. */
export function readerOf(form: DatasetForm, sniffed: Sniffed): ReadForm | null {
  const shape = sniffed.known ? sniffed.shape : null;
  if (shape !== null && shape.form !== form && !(form === 'metha' && shape.form === 'oai-pages')) return null;
  if (form === 'jsonl') return shape?.form === 'jsonl' && shape.values ? readJsonValues : readJsonLines;
  if (form === 'ids') return shape === null ? null : readIds;
  if (form === 'oai-pages' || form === 'metha') return shape === null ? null : readOaiPages;
  return null;
}

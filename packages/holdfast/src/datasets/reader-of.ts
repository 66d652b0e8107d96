import type { DatasetForm } from './port.ts';
import { csvReader } from './forms/csv.ts';
import { readIds } from './forms/ids.ts';
import { readJsonLines } from './forms/jsonl.ts';
import { readJsonValues } from './forms/json-values.ts';
import { readOaiPages } from './forms/oai-pages.ts';
import type { ReadForm } from './forms/piece.ts';
import { readParquet } from './parquet/parquet-rows.ts';
import { readSqlite } from './sqlite/sqlite-rows.ts';
import type { Sniffed } from './sniff.ts';

/** How a file is read as a form; null when it is of another one. */
export function readerOf(form: DatasetForm, sniffed: Sniffed): ReadForm | null {
  if (form === 'ids' && !sniffed.known && sniffed.lines === true) return readIds;
  const shape = sniffed.known ? sniffed.shape : null;
  const same = shape?.form === form || (shape?.form === 'oai-pages' && form === 'metha');
  if (shape === null || !same) return null;
  switch (shape.form) {
    case 'jsonl':
      return shape.values ? readJsonValues : readJsonLines;
    case 'ids':
      return readIds;
    case 'csv':
      return csvReader(shape);
    case 'oai-pages':
      return readOaiPages;
    case 'sqlite':
      return readSqlite;
    case 'parquet':
      return readParquet;
  }
}

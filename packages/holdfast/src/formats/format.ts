import type { FormatName, FormatOptions, FormatWriter } from './port.ts';

export { FORMAT_NAMES } from './port.ts';
export type { FormatName, FormatOptions, FormatWriter, Piece } from './port.ts';

/** Whether a file of this format ends with something: nothing can be appended to it, so it cannot be followed. */
export function hasEnd(format: FormatName): boolean {
  return format === 'parquet' || format === 'csl-json';
}

/** Starts an export. The parts of a format are loaded when it is asked for. */
export async function openFormat(format: FormatName, options: FormatOptions): Promise<FormatWriter> {
  switch (format) {
    case 'jsonl':
      return (await import('./jsonl.ts')).jsonlWriter(options);
    case 'csv':
      return (await import('./csv.ts')).csvWriter(options);
    case 'parquet':
      return (await import('./parquet/parquet-writer.ts')).parquetWriter(options);
    case 'bibtex':
      return (await import('./citation/bibtex.ts')).bibtexWriter(options);
    case 'ris':
      return (await import('./citation/ris.ts')).risWriter(options);
    case 'csl-json':
      return (await import('./citation/csl-json.ts')).cslJsonWriter(options);
  }
}

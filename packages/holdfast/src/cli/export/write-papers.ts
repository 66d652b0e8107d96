import type { StoredPaper } from '../../model/paper.ts';
import type { Io } from '../io.ts';
import { write } from '../io.ts';
import { csvHeader, csvLine } from './csv.ts';
import { exportLine } from './export-line.ts';

/** The form of an export. */
export interface ExportForm {
  readonly format: 'jsonl' | 'csv';
  /** Whether `seq` is written: unless it is false. */
  readonly seq?: boolean;
}

/** Lines are collected up to this many characters before they are written: a system call a line is slow. */
const CHUNK = 64 * 1024;

/** Streams the papers; memory stays flat however many there are and however slow the reader is. */
export async function writePapers(
  { out }: Pick<Io, 'out'>,
  papers: AsyncIterable<StoredPaper>,
  form: ExportForm,
): Promise<void> {
  const { format } = form;
  // The parser gives no default to a negated flag of a verb that registers late.
  const seq = form.seq !== false;
  const [lineOf, end] = format === 'csv' ? ([csvLine, '\r\n'] as const) : ([exportLine, '\n'] as const);
  let chunk = format === 'csv' ? `${csvHeader(seq)}${end}` : '';
  for await (const paper of papers) {
    chunk += lineOf(paper, seq) + end;
    if (chunk.length < CHUNK) continue;
    await write(out, chunk);
    chunk = '';
  }
  if (chunk !== '') await write(out, chunk);
}

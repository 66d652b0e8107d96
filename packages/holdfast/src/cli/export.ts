import { Option } from 'commander';
import type { ExportQuery } from '../store/port.ts';
import type { StoredPaper } from '../model/paper.ts';
import { csvHeader, csvLine } from './export/csv.ts';
import { exportLine } from './export/export-line.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { write } from './io.ts';
import { withStore } from './open-store.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface ExportOptions {
  readonly format: 'jsonl' | 'csv';
  readonly source?: string;
  readonly category?: string;
  readonly sinceSeq?: string;
  readonly query?: string;
  readonly allVersions?: boolean;
  /** False after `--no-seq`. */
  readonly seq: boolean;
}

/** Lines are collected up to this many characters before they are written: a system call a line is slow. */
const CHUNK = 64 * 1024;

/** `export`: papers in `seq` order to standard output. */
export const register: Register = (command, run) => {
  command
    .addOption(new Option('--format <format>', 'form of the output').choices(['jsonl', 'csv']).makeOptionMandatory())
    .option('--source <id>', 'papers of this source only')
    .option('--category <category>', 'papers of this category only')
    .option('--since-seq <number>', 'papers whose seq is greater')
    .option('--query <query>', 'papers that match, as for search')
    .option('--all-versions', 'every version instead of the latest')
    .option('--no-seq', 'leave out seq')
    .action(
      run<ExportOptions>(async ({ io, options, resolved }) => {
        const query = queryOf(options);
        return withStore(resolved().config, async (reader) => {
          await writePapers(io, reader.export(query), options);
          return EXIT.ok;
        });
      }),
    );
};

function queryOf({ source, category, sinceSeq, query, allVersions }: ExportOptions): ExportQuery {
  return {
    ...(source === undefined ? {} : { source }),
    ...(category === undefined ? {} : { category }),
    ...(sinceSeq === undefined ? {} : { sinceSeq: BigInt(wholeNumber(sinceSeq, '--since-seq')) }),
    ...(query === undefined ? {} : { query }),
    ...(allVersions === true ? { allVersions } : {}),
  };
}

/** Streams the papers; memory stays flat however many there are and however slow the reader is. */
export async function writePapers(
  { out }: Pick<Io, 'out'>,
  papers: AsyncIterable<StoredPaper>,
  { format, seq }: Pick<ExportOptions, 'format' | 'seq'>,
): Promise<void> {
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

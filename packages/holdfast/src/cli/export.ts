import { Option } from 'commander';
import type { ExportQuery } from '../store/port.ts';
import type { ExportForm } from './export/write-papers.ts';
import { writePapers } from './export/write-papers.ts';
import { EXIT } from '../model/exit-code.ts';
import { withStore } from '../status/open-reader.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface ExportOptions extends ExportForm {
  readonly source?: string;
  readonly category?: string;
  readonly sinceSeq?: string;
  readonly query?: string;
  readonly allVersions?: boolean;
}

/** `export`: papers in `seq` order to standard output. */
export const register: Register = (command, run) => {
  command
    .addOption(
      new Option('--format <format>', 'form of the output').choices(['jsonl', 'csv']).makeOptionMandatory(),
    )
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

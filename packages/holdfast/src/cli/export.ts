import { Option } from 'commander';
import { FORMATS, planOf } from './export/plan.ts';
import type { ExportOptions } from './export/plan.ts';
import { performExport } from './export/perform-export.ts';
import type { Register } from './verb.ts';

/** `export`: papers in `seq` order to standard output or a file. */
export const register: Register = (command, run) => {
  command
    .addOption(new Option('--format <format>', 'form of the output').choices(FORMATS).makeOptionMandatory())
    .option('--source <id>', 'papers of this source only')
    .option('--category <category>', 'papers of this category only')
    .option('--since-seq <number>', 'papers whose seq is greater')
    .option('--query <query>', 'papers that match, as for search')
    .option('--ids <file>', 'only the papers that this file names, one a line (- = standard input)')
    .option('--all-versions', 'every version instead of the latest')
    .option('--no-seq', 'leave out seq')
    .option('--follow', 'go on with what changes until Ctrl-C')
    .option('--output <file>', 'write to this file, its position beside it')
    .option('--resume', 'go on where the file ends')
    .action(
      run<ExportOptions>(({ io, options, resolved }) =>
        performExport(io, planOf(options), options.ids, resolved().config),
      ),
    );
};

import { EXIT } from '../model/exit-code.ts';
import { checkHeldSource } from './known-source.ts';
import { printList } from './list.ts';
import { withStore } from '../status/open-reader.ts';
import { gapRow } from './rows.ts';
import type { Register } from './verb.ts';

/** `gaps`: records and ranges known to exist upstream and absent here. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array')
    .option('--source <id>', 'of this source only')
    .action(
      run<{ json?: boolean; source?: string }>(({ io, options, look, resolved }) => {
        const { config } = resolved();
        return withStore(config, async (reader) => {
          await checkHeldSource(config, reader, options.source);
          const rows = (await reader.gaps(options.source)).map(gapRow);
          await printList(io, look, options.json === true, {
            rows,
            columns: [
              { title: 'SOURCE', cell: ({ source }) => source },
              { title: 'WHAT', cell: ({ id, range }) => id ?? range ?? '' },
              { title: 'STATE', cell: ({ state }) => state },
              { title: 'TRIES', align: 'right', cell: ({ attempts }) => String(attempts) },
              { title: 'SINCE', cell: ({ since }) => since.slice(0, 16) },
              { title: 'WHY', flexible: true, cell: ({ reason }) => reason },
            ],
            nothing: 'No gaps: everything that was listed is here or in the quarantine.',
            next: 'Gaps repair themselves while the engine runs. Ask again at once: holdfast retry SOURCE',
          });
          return EXIT.ok;
        });
      }),
    );
};

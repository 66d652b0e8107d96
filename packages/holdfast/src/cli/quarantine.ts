import { EXIT } from '../model/exit-code.ts';
import type { Io } from './io.ts';
import { write, writeLine } from './io.ts';
import { checkHeldSource } from './known-source.ts';
import { printList } from './list.ts';
import { withStore } from '../status/open-reader.ts';
import type { QuarantineEntry } from '../store/port.ts';
import { quarantineRow } from './rows.ts';
import { plain } from './terminal/escape.ts';
import { usageError, wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface QuarantineOptions {
  readonly json?: boolean;
  readonly raw?: string;
  readonly source?: string;
  readonly all?: boolean;
}

/** `quarantine`: what could not be parsed, with reason and kept bytes. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array')
    .option('--raw <number>', 'print the kept bytes of one entry')
    .option('--source <id>', 'of this source only')
    .option('--all', 'also what was redriven or acknowledged')
    .action(
      run<QuarantineOptions>(({ io, options, look, resolved }) => {
        const { config } = resolved();
        return withStore(config, async (reader) => {
          await checkHeldSource(config, reader, options.source);
          const filter = options.source === undefined ? {} : { source: options.source };
          const entries = await reader.quarantine(filter);
          if (options.raw !== undefined) return printRaw(io, entries, wholeNumber(options.raw, '--raw'));
          const rows = entries
            .filter(({ state }) => options.all === true || state === 'open')
            .map(quarantineRow);
          await printList(io, look, options.json === true, {
            rows,
            columns: [
              { title: 'NO', align: 'right', cell: ({ number }) => String(number) },
              { title: 'SOURCE', cell: ({ source }) => source },
              { title: 'ID', cell: ({ id }) => id ?? '-' },
              { title: 'STATE', cell: ({ state }) => state },
              { title: 'SINCE', cell: ({ since }) => since.slice(0, 16) },
              { title: 'WHY', flexible: true, cell: ({ reason }) => reason },
            ],
            nothing: 'The quarantine is empty.',
            next: 'Look at one: holdfast quarantine --raw NO. Parse again: holdfast redrive [NO]. Accept: holdfast ack NO --note WHY',
          });
          return EXIT.ok;
        });
      }),
    );
};

/** The bytes as the upstream gave them: escaped for a terminal, untouched for a file or pipe. */
async function printRaw(
  { out }: Pick<Io, 'out'>,
  entries: readonly QuarantineEntry[],
  number: number,
): Promise<number> {
  const entry = entries.find((each) => each.number === number);
  if (entry === undefined)
    throw usageError(
      `There is no entry ${number} in the quarantine.`,
      'holdfast quarantine --all lists them.',
    );
  if (out.isTTY === true) {
    const lines = new TextDecoder().decode(entry.bytes).split('\n');
    await writeLine(out, lines.map(plain).join('\n'));
  } else await write(out, entry.bytes);
  return EXIT.ok;
}

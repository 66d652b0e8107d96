import type { Origin } from '../config/index.ts';
import { writeLine } from './io.ts';
import { plain } from './terminal/escape.ts';
import { table } from './terminal/table.ts';
import type { Register } from './verb.ts';
import { EXIT } from '../model/exit-code.ts';

/** `config`: the values in effect and where each comes from. */
export const register: Register = (command, run) => {
  command.option('--json', 'print {file, config, origins}').action(
    run<{ json?: boolean }>(async ({ io, options, look, resolved }) => {
      const { config, file, origins } = resolved();
      if (options.json === true) {
        await writeLine(io.out, JSON.stringify({ file, config, origins }, null, 2));
        return EXIT.ok;
      }
      await writeLine(io.out, `File: ${file ?? 'none found; the defaults are in effect'}`);
      const lines = table<Origin>(
        origins,
        [
          { title: 'KEY', cell: ({ key }) => key },
          { title: 'VALUE', cell: ({ value }) => plain(String(value)) },
          { title: 'FROM', cell: ({ origin }) => (origin === file ? 'file' : origin) },
        ],
        Number.POSITIVE_INFINITY,
      );
      await writeLine(io.out, lines.join('\n'));
      if (look.fancy && config.contact === null)
        await writeLine(io.err, 'No contact is configured: add "contact" so that upstreams can reach you.');
      return EXIT.ok;
    }),
  );
};

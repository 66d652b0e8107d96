import { formatStatus } from './status/format-status.ts';
import { readStatus } from '../status/read-status.ts';
import { watchStatus } from './status/watch-status.ts';
import { write } from './io.ts';
import { usageError } from './usage-error.ts';
import type { Register } from './verb.ts';

interface StatusOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** `status`: from the running engine, else in full from the store (exit code 3). */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one JSON object')
    .option('--watch', 'draw again every two seconds until Ctrl-C')
    .action(
      run<StatusOptions>(async (call) => {
        const { io, options, look, resolved } = call;
        const { config } = resolved();
        if (options.watch === true) {
          if (options.json === true) throw usageError('--watch and --json exclude each other.');
          return watchStatus(io, config, look);
        }
        const found = await readStatus(io, config);
        const text =
          options.json === true
            ? JSON.stringify(found.report, null, 2)
            : formatStatus(found, look, io.clock.now());
        await write(io.out, `${text}\n`);
        return found.exitCode;
      }),
    );
};

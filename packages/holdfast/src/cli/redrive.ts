import { askOrDo } from './ask-or-do.ts';
import { EXIT } from '../model/exit-code.ts';
import { writeLine } from './io.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

/** `redrive`: parses quarantined bytes again, for example after an update; nothing is asked upstream. */
export const register: Register = (command, run) => {
  command.option('--json', 'print {redriven, left}').action(
    run<{ json?: boolean }>(async ({ io, options, resolved }, ...words) => {
      const numbers =
        words.length === 0
          ? ('all' as const)
          : words.map((word) => wholeNumber(word, 'The number of an entry', 1));
      const result = await askOrDo(io, resolved().config, {
        verb: 'redrive',
        args: { numbers },
        alone: (offline) => offline.redrive(numbers),
      });
      const { redriven, left } = result;
      await writeLine(
        io.out,
        options.json === true
          ? JSON.stringify(result)
          : `Redriven: ${redriven}. Still in the quarantine: ${left}.`,
      );
      return left > 0 ? EXIT.degraded : EXIT.ok;
    }),
  );
};

import { HoldfastError } from '../model/error.ts';
import { askOrDo } from './ask-or-do.ts';
import { EXIT } from '../model/exit-code.ts';
import { writeLine } from './io.ts';
import { usageError } from './usage-error.ts';
import type { Register } from './verb.ts';

/** `ack`: a person accepts a quarantined record; it stays listed with the note, but degrades nothing any more. */
export const register: Register = (command, run) => {
  command.requiredOption('--note <text>', 'why it is accepted; kept with the entry').action(
    run<{ note: string }>(async ({ io, options, resolved }, id = '') => {
      const { note } = options;
      if (note.trim() === '') throw usageError('--note must say why it is accepted.');
      const done = await askOrDo(io, resolved().config, {
        verb: 'ack',
        args: { id, note },
        alone: (offline) => offline.ack(id, note),
      });
      if (!done) {
        throw new HoldfastError(
          'ERR_NOT_FOUND',
          `Neither the quarantine nor the gaps have an open entry "${id}".`,
          {
            hint: 'holdfast quarantine and holdfast gaps list them.',
          },
        );
      }
      await writeLine(io.out, `Acknowledged: ${id}.`);
      return EXIT.ok;
    }),
  );
};

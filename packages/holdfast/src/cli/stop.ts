import { EXIT } from '../model/exit-code.ts';
import { HoldfastError } from '../model/error.ts';
import { askEngine } from '../control/ask.ts';
import { journalFile, readJournal } from '../daemon/journal.ts';
import { isAlive } from '../daemon/process-identity.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import type { Register } from './verb.ts';

const LOOK_EVERY_MS = 50;
/** Longer than the grace of the children, ms. */
const LONGEST_STOP = 60_000;
const PATIENCE = 5_000;

/** `stop`: ends whoever harvests and waits until that is gone; 3 when nobody does. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }) => {
      const { dataDir } = resolved().config;
      const supervisor = readJournal(journalFile(dataDir))?.supervisor ?? null;
      const asked = await ask(io, dataDir, 'stop');
      if (asked === 'nobody') {
        await writeLine(io.err, 'holdfast: nothing runs.');
        return EXIT.notRunning;
      }
      const until = io.clock.monotonic() + LONGEST_STOP;
      // It gives up its address first and its lock last: a start that follows must find both free.
      while (
        (await ask(io, dataDir, 'status')) !== 'nobody' ||
        (supervisor !== null && isAlive(supervisor))
      ) {
        if (io.clock.monotonic() > until) throw silent(dataDir);
        await io.clock.sleep(LOOK_EVERY_MS);
      }
      await writeLine(io.out, 'Stopped. Nothing is lost: the next start goes on where this one ended.');
      return EXIT.ok;
    }),
  );
};

async function ask(io: Io, dataDir: string, verb: 'stop' | 'status'): Promise<'there' | 'nobody'> {
  const reply = await askEngine(io, dataDir, { verb, part: 'supervisor', patience: PATIENCE });
  return reply.type === 'nobody' ? 'nobody' : 'there';
}

function silent(dataDir: string): HoldfastError {
  return new HoldfastError('ERR_SUPERVISOR_SILENT', `The supervisor of ${dataDir} does not end.`, {
    hint: 'It may be stopped or hang: end its process. The engine ends with it, and nothing is lost.',
  });
}

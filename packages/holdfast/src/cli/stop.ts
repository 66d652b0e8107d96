import { EXIT } from '../model/exit-code.ts';
import { HoldfastError } from '../model/error.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { askEngine, type ControlReply } from '../control/ask.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import { haltService } from './stop/halt-service.ts';
import type { Register } from './verb.ts';

const LOOK_EVERY_MS = 50;
/** Longer than the grace of the children, ms. */
const LONGEST_STOP = 60_000;
const PATIENCE = 5_000;

/**
 * `stop`: ends whoever harvests and waits until that is gone; 3 when nobody does. A service is ended through its
 * manager, which would bring it back otherwise.
 */
export const register: Register = (command, run) => {
  command.action(
    run(async (call) => {
      const { io } = call;
      const { dataDir } = call.resolved().config;
      const found = await ask(io, dataDir, 'status');
      if (found.type === 'nobody') {
        await writeLine(io.err, 'holdfast: nothing runs.');
        return EXIT.notRunning;
      }
      const supervisor = found.type === 'result' ? (found.result as SupervisorStatus) : null;
      const howToStart = supervisor === null ? [] : await haltService(call, supervisor);
      await ask(io, dataDir, 'stop');
      await untilGone(io, dataDir);
      await writeLine(io.out, 'Stopped. Nothing is lost: the next start goes on where this one ended.');
      if (howToStart.length > 0) await writeLine(io.out, `Start the service: ${howToStart.join(' && ')}`);
      return EXIT.ok;
    }),
  );
};

async function untilGone(io: Io, dataDir: string): Promise<void> {
  const until = io.clock.monotonic() + LONGEST_STOP;
  while ((await ask(io, dataDir, 'status')).type !== 'nobody') {
    if (io.clock.monotonic() > until) throw silent(dataDir);
    await io.clock.sleep(LOOK_EVERY_MS);
  }
}

function ask(io: Io, dataDir: string, verb: 'stop' | 'status'): Promise<ControlReply> {
  return askEngine(io, dataDir, { verb, part: 'supervisor', patience: PATIENCE });
}

function silent(dataDir: string): HoldfastError {
  return new HoldfastError('ERR_SUPERVISOR_SILENT', `The supervisor of ${dataDir} does not end.`, {
    hint: 'It may be stopped or hang: end its process. The engine ends with it, and nothing is lost.',
  });
}

import { EXIT } from '../model/exit-code.ts';
import { HoldfastError } from '../model/error.ts';
import { askEngine } from '../control/ask.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import type { Register } from './verb.ts';

const LOOK_EVERY_MS = 50;
/** The grace of an engine and the opening of a store, ms. */
const LONGEST_RESTART = 120_000;
/** Making a plan takes a process, ms. */
const PATIENCE = 30_000;

/** `restart`: the supervisor stays, reads the configuration again and starts its children anew; 3 when none runs. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }) => {
      const { dataDir } = resolved().config;
      const before = await engineOf(io, dataDir);
      const reply = await askEngine(io, dataDir, { verb: 'restart', part: 'supervisor', patience: PATIENCE });
      if (reply.type === 'nobody') {
        await writeLine(io.err, 'holdfast: nothing runs. Try: holdfast start');
        return EXIT.notRunning;
      }
      if (reply.type === 'silent') throw silent();
      const until = io.clock.monotonic() + LONGEST_RESTART;
      for (;;) {
        const engine = await engineOf(io, dataDir);
        if (engine?.mode === 'running' && engine.pid !== before?.pid) break;
        if (io.clock.monotonic() > until) throw silent();
        await io.clock.sleep(LOOK_EVERY_MS);
      }
      const { version } = reply.result as { version: string };
      await writeLine(io.out, `Started anew with version ${version}.`);
      return EXIT.ok;
    }),
  );
};

async function engineOf(io: Io, dataDir: string): Promise<SupervisorStatus['children'][number] | undefined> {
  const reply = await askEngine(io, dataDir, { verb: 'status', part: 'supervisor', patience: PATIENCE });
  return reply.type === 'result' ? (reply.result as SupervisorStatus).children[0] : undefined;
}

function silent(): HoldfastError {
  return new HoldfastError('ERR_SUPERVISOR_SILENT', 'The engine has not come up again yet.', {
    hint: 'See how it stands (holdfast status) and what was logged (holdfast logs).',
  });
}

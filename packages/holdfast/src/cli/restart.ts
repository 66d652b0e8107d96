import { EXIT } from '../model/exit-code.ts';
import { HoldfastError } from '../model/error.ts';
import { askEngine } from '../control/ask.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { readVersion } from '../version.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import type { Register } from './verb.ts';

const LOOK_EVERY_MS = 50;
/** The grace of an engine and the opening of a store, ms. */
const LONGEST_RESTART = 120_000;
/** Making a plan takes a process, ms. */
const PATIENCE = 30_000;

/**
 * `restart`: the supervisor reads the configuration again and starts its children anew, and itself too when its
 * program was updated; 3 when none runs.
 */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }) => {
      const { dataDir } = resolved().config;
      const before = await supervisorOf(io, dataDir);
      const reply = await askEngine(io, dataDir, { verb: 'restart', part: 'supervisor', patience: PATIENCE });
      if (reply.type === 'nobody') {
        await writeLine(io.err, 'holdfast: nothing runs. Try: holdfast start');
        return EXIT.notRunning;
      }
      if (reply.type === 'silent') throw silent();
      const until = io.clock.monotonic() + LONGEST_RESTART;
      for (;;) {
        const engine = engineOf(await supervisorOf(io, dataDir));
        if (engine?.mode === 'running' && engine.pid !== engineOf(before)?.pid) break;
        if (io.clock.monotonic() > until) throw silent();
        await io.clock.sleep(LOOK_EVERY_MS);
      }
      const { version } = reply.result as { version: string };
      await writeLine(io.out, `Started anew with version ${version}.`);
      if (version !== readVersion()) await writeLine(io.out, howToUpdate(before?.manager));
      return EXIT.ok;
    }),
  );
};

async function supervisorOf(io: Io, dataDir: string): Promise<SupervisorStatus | undefined> {
  const reply = await askEngine(io, dataDir, { verb: 'status', part: 'supervisor', patience: PATIENCE });
  return reply.type === 'result' ? (reply.result as SupervisorStatus) : undefined;
}

function engineOf(
  supervisor: SupervisorStatus | undefined,
): SupervisorStatus['children'][number] | undefined {
  return supervisor?.children[0];
}

/** What runs is another installation than the one that asks: a service has its own copy of the program. */
function howToUpdate(manager: SupervisorStatus['manager'] | undefined): string {
  const how = (manager ?? null) === null ? 'holdfast stop, then holdfast start' : 'holdfast service install';
  return `This command line is version ${readVersion()}. To run that: ${how}`;
}

function silent(): HoldfastError {
  return new HoldfastError('ERR_SUPERVISOR_SILENT', 'The engine has not come up again yet.', {
    hint: 'See how it stands (holdfast status) and what was logged (holdfast logs).',
  });
}

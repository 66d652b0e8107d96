import { commandName } from './command-name.ts';
import { EXIT } from '../model/exit-code.ts';
import { HoldfastError } from '../model/error.ts';
import { askEngine } from '../control/ask.ts';
import { writeLine } from './io.ts';
import { makePlan } from './plan/make-plan.ts';
import { launch } from './start/launch.ts';
import { flagWords } from './start/flag-words.ts';
import { untilReady } from './start/until-ready.ts';
import { plain } from './terminal/escape.ts';
import type { Register } from './verb.ts';

/** How long a supervisor may take to say that it is there, ms. */
const PATIENCE = 2_000;

/** `start`: the supervisor as a process of its own that outlives this one; returns once the engine works. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, options, resolved }) => {
      const { dataDir, dashboard } = resolved().config;
      const reply = await askEngine(io, dataDir, { verb: 'status', part: 'supervisor', patience: PATIENCE });
      if (reply.type !== 'nobody') throw alreadyRuns(dataDir);
      const plan = makePlan(io, resolved(), { once: false, startedAt: io.clock.now(), logged: true });
      const launched = launch(dataDir, flagWords(options), io);
      const outcome = await untilReady(launched, plan.control, io.clock);
      if (outcome.type === 'ended') {
        io.err.write(launched.told() || 'holdfast: the supervisor ended without a word.\n');
        return outcome.code ?? EXIT.unexpected;
      }
      const name = commandName(io.env);
      const words =
        outcome.type === 'ready'
          ? 'Harvesting'
          : 'Started, but the engine has not come up yet: it is tried again';
      await writeLine(
        io.out,
        [
          `${words} (process ${outcome.pid}).`,
          `  Data     ${plain(dataDir)}`,
          `  Log      ${plain(plan.log?.file ?? '')}`,
          // A port of the system's choice stands in the log.
          ...(dashboard.port === 0 ? [] : [`  Page     http://${dashboard.host}:${String(dashboard.port)}/`]),
          `Next: ${name} status, ${name} logs -f, ${name} stop`,
        ].join('\n'),
      );
      return outcome.type === 'ready' ? EXIT.ok : EXIT.degraded;
    }),
  );
};

function alreadyRuns(dataDir: string): HoldfastError {
  return new HoldfastError('ERR_STORE_LOCKED', `A harvest runs already in ${dataDir}.`, {
    hint: 'See how it stands (holdfast status), or end it (holdfast stop).',
  });
}

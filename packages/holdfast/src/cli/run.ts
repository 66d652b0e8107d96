import { parseDuration } from '@holdfast/resilience/clock';
import type { Config } from '../config/index.ts';
import { nearest } from '../config/index.ts';
import { makePlan } from './plan/make-plan.ts';
import { runEngine } from './run/run-engine.ts';
import { viewFor } from './run/run-view.ts';
import { usageError } from './usage-error.ts';
import type { Register } from './verb.ts';

interface RunOptions {
  readonly once?: boolean;
  readonly deadline?: string;
  readonly source?: readonly string[];
  readonly restart: boolean;
}

/** `run`: this process is the supervisor of the engine, which does the work. */
export const register: Register = (command, run) => {
  command
    .option('--once', 'end when caught up')
    .option('--deadline <duration>', 'with --once: end by then in any case, such as 10m')
    .option('--source <id...>', 'only these sources')
    .option('--no-restart', "end with the engine's first failure, for whoever starts the run anew")
    .action(
      run<RunOptions>(({ io, options, look, resolved, resolvedAgain }) => {
        const { config } = resolved();
        const sources = sourcesOf(options, config);
        const once = options.once === true;
        const startedAt = io.clock.now();
        const purpose = { once, startedAt, logged: false, ...(sources === undefined ? {} : { sources }) };
        return runEngine(io, {
          plan: () => makePlan(io, resolvedAgain(), purpose),
          deadlineMs: deadlineOf(options),
          restart: options.restart,
          view: viewFor(io, look, config, options.plain),
        });
      }),
    );
};

function deadlineOf({ once, deadline }: RunOptions): number | null {
  if (deadline === undefined) return null;
  if (once !== true)
    throw usageError('--deadline belongs to --once.', 'Try: holdfast run --once --deadline 10m');
  try {
    return parseDuration(deadline, '--deadline');
  } catch {
    throw usageError(`--deadline must be a duration such as 90s or 10m, not "${deadline}".`);
  }
}

function sourcesOf({ source }: RunOptions, config: Config): readonly string[] | undefined {
  const known = config.sources.map(({ id }) => id);
  const unknown = source?.find((each) => !known.includes(each));
  const disabled = config.sources.find(({ id, enabled }) => !enabled && source?.includes(id));
  if (unknown === undefined && disabled !== undefined)
    throw usageError(
      `Source "${disabled.id}" is disabled in the configuration.`,
      'Set "enabled" to true there.',
    );
  if (unknown === undefined) return source;
  const meant = nearest(unknown, known);
  throw usageError(
    `There is no source "${unknown}" in the configuration.`,
    meant === undefined ? `Sources: ${known.join(', ')}.` : `Did you mean ${meant}?`,
  );
}

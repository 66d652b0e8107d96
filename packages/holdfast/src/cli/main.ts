import { Command, CommanderError } from 'commander';
import { EXIT } from '../model/exit-code.ts';
import type { Io } from './io.ts';
import { reportError } from './report-error.ts';
import { systemIo } from './system-io.ts';
import { usageError } from './usage-error.ts';
import { runnerFor } from './verb.ts';
import { VERBS } from './verbs.ts';
import { readVersion } from '../version.ts';

const AFTER_HELP = `
Exit codes: 0 ok, 1 unexpected, 2 usage, 3 not running, 4 degraded, 5 integrity violation,
69 an upstream is behind because of an outage, 75 another instance owns the store,
78 configuration, 130 interrupted.

Try \`holdfast demo\` first: it needs no network.`;

/** Programs of their own, which get all their arguments unread. */
const PROGRAMS = [
  ['sim', 'start a simulated upstream'],
  ['drill', 'break what can break around a harvest, and count what came of it'],
] as const;

/** Runs the command line and sets the exit code of the process. `args` are without the program's name. */
export async function main(args: readonly string[]): Promise<void> {
  process.exitCode = await runCommandLine(args, systemIo());
}

/** Runs the command line in a given world and returns its exit code. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  try {
    if (args[0] === 'sim') {
      const { simulate } = await import('./sim.ts');
      return await simulate(io, args.slice(1));
    }
    if (args[0] === 'drill') {
      const { drill } = await import('./drill.ts');
      return await drill(io, args.slice(1));
    }
    // `help run` is `run --help`: the parser's own help would not know the options of a verb not loaded yet.
    const words = args[0] === 'help' ? [...args.slice(1, 2), '--help'] : args;
    return await parse(words, io);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportError(io, error);
  }
}

async function parse(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(io);
  const finish = (code: number): void => {
    exitCode = code;
  };
  program.hook('preSubcommand', async (_, command) => {
    const verb = VERBS.find(({ usage }) => usage.split(' ')[0] === command.name());
    if (verb === undefined) return;
    const [{ register }, { resolveConfig }] = await Promise.all([verb.load(), import('../config/index.ts')]);
    register(command, runnerFor({ io, resolveConfig, finish }));
  });
  await program.parseAsync([...args], { from: 'user' });
  return exitCode;
}

function createProgram(io: Io): Command {
  const program = new Command('holdfast')
    .description('Harvests research-paper metadata for ever, and shows that nothing was lost.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .option('--config <file>', "configuration file (default: holdfast.config.json here, else the user's)")
    .option('--data-dir <folder>', 'folder of the store (overrides dataDir)')
    .option('--contact <address>', 'e-mail or web address told to upstreams')
    .option('--store <url>', 'sqlite:FILE, relative to the data folder')
    .option('--max-disk <size>', 'bound on the database and its log together, such as 50GB')
    .option('--no-color', 'no colours')
    .option('--plain', 'no colours, no shapes beyond ASCII, nothing redrawn')
    .addHelpText('after', AFTER_HELP)
    .configureOutput({
      writeOut: (text) => void io.out.write(text),
      writeErr: (text) => void io.err.write(text),
    })
    .showHelpAfterError('(add --help to see what there is)')
    .exitOverride();
  for (const { usage, summary, hidden = false } of VERBS)
    program.command(usage, { hidden }).description(summary);
  for (const [name, does] of PROGRAMS) {
    program
      .command(name)
      .description(`${does} (${name} --help tells its options)`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw usageError(`${name} must be the first word: its options are its own.`);
      });
  }
  return program;
}

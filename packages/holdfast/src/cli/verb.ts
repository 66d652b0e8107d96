import type { Command } from 'commander';
import type { ConfigInputs, Flags, ResolvedConfig } from '../config/index.ts';
import { ofTheRunning } from './find-running.ts';
import type { Io } from './io.ts';
import type { Look } from './terminal/style.ts';
import { lookOf } from './terminal/style.ts';

/** Options that stand before or after every verb. */
export interface GlobalOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly contact?: string;
  readonly store?: string;
  readonly maxDisk?: string;
  readonly color?: boolean;
  readonly plain?: boolean;
}

/** What a verb's work is given besides its own arguments. */
export interface Call<Options> {
  readonly io: Io;
  readonly options: Options & GlobalOptions;
  readonly look: Look;
  /**
   * Reads and checks the configuration when it is first needed. Verbs about whoever runs get that of the only
   * running supervisor when nothing names another one.
   */
  readonly resolved: () => ResolvedConfig;
  /** Reads the configuration anew. */
  readonly resolvedAgain: () => ResolvedConfig;
}

/** Registers a verb on its command; `finish` receives the exit code of its work. */
export type Register = (command: Command, run: Runner) => void;

/** Turns a verb's work into an action of the parser. */
export type Runner = <Options>(
  work: (call: Call<Options>, ...args: string[]) => Promise<number>,
) => (...args: unknown[]) => Promise<void>;

/** What a runner needs. */
export interface RunnerParts {
  readonly io: Io;
  /** Passed in, since its module is too large to be loaded for `--help`. */
  readonly resolveConfig: (inputs: ConfigInputs) => ResolvedConfig;
  /** Called with the exit code of the verb that ran. */
  readonly finish: (code: number) => void;
}

/** Turns the work of verbs into actions of the parser. */
export function runnerFor({ io, resolveConfig, finish }: RunnerParts): Runner {
  return (work) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const positional = args
        .slice(0, -2)
        .flat()
        .filter((arg) => arg !== undefined) as string[];
      const options = command.optsWithGlobals() as GlobalOptions;
      finish(await work(callOf(io, options, resolveConfig, command.name()), ...positional));
    };
}

function callOf<Options>(
  io: Io,
  options: GlobalOptions,
  resolveConfig: RunnerParts['resolveConfig'],
  verb: string,
): Call<Options> {
  let resolved: ResolvedConfig | undefined;
  const resolveWith = (more: Flags): ResolvedConfig => {
    const { cwd, platform, home, env } = io;
    return resolveConfig({ cwd, platform, home, env, flags: { ...flagsOf(options), ...more } });
  };
  return {
    io,
    options: options as Options & GlobalOptions,
    look: lookOf(io, options),
    resolved: () => {
      resolved ??= ofTheRunning(io, verb, resolveWith({}), resolveWith);
      return resolved;
    },
    resolvedAgain: () => resolveWith({}),
  };
}

function flagsOf(options: GlobalOptions): Flags {
  const names = ['config', 'dataDir', 'contact', 'store', 'maxDisk'] as const;
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

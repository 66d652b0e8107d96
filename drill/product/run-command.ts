import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ProductFailure } from './product-failure.ts';

const fromSource = import.meta.url.endsWith('.ts');

/** The folder of the installed product that is drilled: the package this drill is part of, or the one that is named. */
export const PRODUCT: string =
  process.env['HOLDFAST_DRILL_PRODUCT'] ??
  join(import.meta.dirname, fromSource ? '../../packages/holdfast' : '../../..');

/** The built command line: the one door to the product. */
export const HOLDFAST: string = join(PRODUCT, 'bin/holdfast.js');

/** How a command ended. */
export interface Ended {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Standard output so far. */
  readonly printed: () => string;
}

/** How a command is started; what is not told is as in this process. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Further variables; of this process's own, those of the product are left out. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Ends the command, with its group if it leads one, by SIGKILL. */
  readonly signal?: AbortSignal | undefined;
  /** A program, with its arguments, that is given the command to run. */
  readonly under?: readonly string[];
  /** As the leader of a process group of its own, so that all of it can be killed at once. */
  readonly group?: boolean;
}

/** The variables of this process without the user's own settings of the product: nothing of them reaches what is drilled. */
export function ownEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_')));
}

/** The program behind `holdfast sim`: started by its file, which spares a launcher for each upstream. */
export const SIMULATOR: string = join(PRODUCT, 'dist/upstream/main.js');

/** Starts `holdfast` with these arguments as a process of its own. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): Running {
  return startNode([HOLDFAST, ...args], options);
}

/** Runs `holdfast` with these arguments to its end. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return startCommand(args, options).ended;
}

/** As `runCommand`, for what has to end with 0: its standard output. @throws ProductFailure when it does not */
export async function mustRun(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await runCommand(args, options);
  if (code === 0) return stdout;
  throw new ProductFailure(
    `holdfast ${args.join(' ')} ended with ${signal ?? `exit code ${String(code)}`}:\n${stderr}${stdout.slice(-2000)}`,
  );
}

/** Starts this Node with these words: options of its own, a script, and what the script is told. */
export function startNode(
  args: readonly string[],
  { under = [], group = false, cwd, env, signal }: CommandOptions = {},
): Running {
  const [program = '', ...words] = [...under, process.execPath, ...args];
  const child = spawn(program, words, {
    detached: group,
    env: { ...ownEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { signal }),
  });
  const endGroup = (): void => void (child.pid !== undefined && killGroup(child.pid));
  // Whoever stands before the product, such as strace, would leave it behind when it is killed alone.
  if (group) signal?.addEventListener('abort', endGroup, { once: true });
  const [stdout, stderr] = [new Printed(child.stdout), new Printed(child.stderr)];
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', endGroup);
      resolve({ code, signal: by, stdout: stdout.text, stderr: stderr.text });
    });
  });
  // Whoever only watches the process learns of its end from `ended`; nobody else has to wait for it.
  ended.catch(() => undefined);
  return { pid: child.pid ?? -1, child, ended, printed: () => stdout.text };
}

/** What came of a stream so far, in whole characters. */
class Printed {
  text = '';

  constructor(stream: Readable) {
    const letters = new TextDecoder('utf-8', { ignoreBOM: true });
    stream.on('data', (bytes: Buffer) => (this.text += letters.decode(bytes, { stream: true })));
  }
}

/** Kills a process with all of its group; false when it leads none, or is gone. */
export function killGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 'SIGKILL');
  } catch {
    return false;
  }
}

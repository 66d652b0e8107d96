import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

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

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the command with SIGKILL. */
  readonly signal: AbortSignal;
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
export function startCommand(args: readonly string[], options: CommandOptions): Running {
  return startProgram(HOLDFAST, args, options);
}

/** Starts a script of the product under this Node. */
export function startProgram(script: string, args: readonly string[], options: CommandOptions): Running {
  const [program = '', ...words] = [...(options.under ?? []), process.execPath, script, ...args];
  const child = spawn(program, words, {
    detached: options.group ?? false,
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  const endGroup = (): void => void (child.pid !== undefined && killGroup(child.pid));
  // Whoever stands before the product, such as strace, would leave it behind when it is killed alone.
  if (options.group === true) options.signal.addEventListener('abort', endGroup, { once: true });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      options.signal.removeEventListener('abort', endGroup);
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
  // Whoever only watches the process learns of its end from `ended`; nobody else has to wait for it.
  ended.catch(() => undefined);
  return { pid: child.pid ?? -1, child, ended, printed: () => Buffer.concat(stdout).toString() };
}

/** Kills a process with all of its group; false when it leads none, or is gone. */
export function killGroup(leader: number): boolean {
  try {
    return process.kill(-leader, 'SIGKILL');
  } catch {
    return false;
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** The built command line: the one door to the product. */
export const HOLDFAST: string = join(import.meta.dirname, '../../packages/holdfast/bin/holdfast.js');

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
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the command with SIGKILL. */
  readonly signal: AbortSignal;
}

/** Starts `holdfast` with these arguments as a process of its own. */
export function startCommand(args: readonly string[], options: CommandOptions): Running {
  const child = spawn(process.execPath, [HOLDFAST, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
  // Whoever only watches the process learns of its end from `ended`; nobody else has to wait for it.
  ended.catch(() => undefined);
  return { pid: child.pid ?? -1, child, ended };
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { HOLDFAST, killGroup, ownEnv } from '../product/run-command.ts';
import { ProductFailure } from '../product/product-failure.ts';

export { killGroup } from '../product/run-command.ts';

/** How a process is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As the leader of a process group of its own, so that all of it can be killed at once. */
  readonly group?: boolean;
  /** A program, with its arguments, that is given the command line to run. */
  readonly under?: readonly string[];
  readonly cwd?: string;
  /** Kills it, with its group if it leads one. */
  readonly signal?: AbortSignal | undefined;
}

/** How a process ended and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A running command line. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything printed to standard output so far. */
  readonly out: () => string;
  /** Resolves when it has ended and everything that shares its output has. */
  readonly ended: Promise<Ended>;
}

/** Starts the built command line under this Node. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  return startNode([HOLDFAST, ...args], options);
}

/** Starts this Node with these words. */
export function startNode(args: readonly string[], options: StartOptions = {}): Running {
  const [program = '', ...words] = [...(options.under ?? []), process.execPath, ...args];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group ?? false,
    env: { ...ownEnv(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  // A program that is not there is told below; without a listener the event would end the drill.
  child.on('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  const end = (): void => void (options.group ? killGroup(pid) : child.kill('SIGKILL'));
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted === true) end();
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', end);
      resolve({ code, signal, out, err });
    });
  });
  return { child, pid, out: () => out, ended };
}

/** Runs the command line to its end. */
export function run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** As `run`. @throws when it does not end with 0 */
export async function mustRun(args: readonly string[], options: StartOptions = {}): Promise<string> {
  const ended = await run(args, options);
  if (ended.code === 0) return ended.out;
  const how = ended.signal ?? `exit code ${ended.code}`;
  throw new ProductFailure(
    `holdfast ${args.join(' ')} ended with ${how}:\n${ended.err}${ended.out.slice(-2000)}`,
  );
}

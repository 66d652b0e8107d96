import { spawn } from 'node:child_process';

/** How a command ended. */
export interface Answer {
  /** Null when it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. It never throws: a command that is not there is an answer without a code. */
export type Run = (argv: readonly [string, ...string[]]) => Promise<Answer>;

/** Runs commands of this machine in the given surroundings, without anything on their standard input. */
export function systemRun(env: Readonly<Record<string, string | undefined>>): Run {
  return ([command, ...args]) =>
    new Promise((resolve) => {
      const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.on('error', (error) => resolve({ code: null, out, err: error.message }));
      child.on('close', (code) => resolve({ code, out, err }));
    });
}

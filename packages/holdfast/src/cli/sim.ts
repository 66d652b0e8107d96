import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../model/error.ts';
import type { Io } from './io.ts';

/** The program of the simulated upstreams, prebuilt into this package. */
export function simulatorPath(): string {
  const path = fileURLToPath(new URL('../../dist/upstream/main.js', import.meta.url));
  if (existsSync(path)) return path;
  throw new HoldfastError('ERR_SIM_MISSING', 'The simulated upstreams are not built.', {
    hint: 'Run npm run build.',
  });
}

/** `sim`: starts a simulated upstream as a process of its own. */
export function simulate(io: Io, args: readonly string[]): Promise<number> {
  return runProgram(io, simulatorPath(), args);
}

/** Starts a prebuilt program with all arguments, unread, and takes over its exit code. */
export async function runProgram(
  io: Io,
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const options = { stdio: 'inherit', env: { ...io.env, ...env } } as const;
  const child = spawn(process.execPath, [path, ...args], options);
  const ignore = io.onSignal((signal) => void child.kill(signal));
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    ignore();
  }
}

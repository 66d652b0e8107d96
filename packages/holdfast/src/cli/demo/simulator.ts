import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { HoldfastError } from '../../model/error.ts';
import { simulatorPath } from '../sim.ts';

/** A simulated upstream that runs as a process of its own. */
export interface Simulator {
  readonly baseUrl: string;
  stop(): void;
}

/**
 * Starts a simulated upstream on a free port of this machine. It ends with this process.
 * @throws HoldfastError `ERR_SIM_START` when it ends before it listens.
 */
export function startSimulator(args: readonly string[]): Promise<Simulator> {
  const child = spawn(process.execPath, [simulatorPath(), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(
        new HoldfastError(
          'ERR_SIM_START',
          `A simulated upstream ended with code ${String(code)} before it listened.`,
        ),
      );
    });
    // The type of a child with a channel does not know that its standard output is a pipe.
    const output = child.stdout ?? Readable.from([]);
    createInterface({ input: output }).once('line', (line) => {
      const { baseUrl } = JSON.parse(line) as { baseUrl: string };
      resolve({ baseUrl, stop: () => void child.kill('SIGTERM') });
    });
  });
}

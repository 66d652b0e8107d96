import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from '../../stage.ts';

const fromSource = import.meta.url.endsWith('.ts');
const DRILL = join(import.meta.dirname, fromSource ? '../../main.ts' : '../../main.js');

/** What a drill of some rows came to, as far as the gate looks at it. */
export interface Drilled {
  readonly exit: number | null;
  readonly rows: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly traffic: number;
    readonly findings: readonly string[];
  }[];
  readonly stderr: string;
}

/** Plays rows of the drill, as a process of its own, on a product that stands in `copy`. */
export function drill(copy: string, rows: readonly string[], { seed, signal }: Stage): Promise<Drilled> {
  const args = [
    DRILL,
    '--quick',
    '--json',
    '--seed',
    String(seed),
    ...rows.flatMap((name) => ['--only', name]),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOLDFAST_DRILL_PRODUCT: copy },
    stdio: ['ignore', 'pipe', 'pipe'],
    // It ends what it started before it goes.
    signal,
    killSignal: 'SIGTERM',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => {
      const told = stdout.trimStart().startsWith('{');
      const report = told ? (JSON.parse(stdout) as Pick<Drilled, 'rows'>) : { rows: [] };
      resolve({ exit, rows: report.rows, stderr });
    });
  });
}

/** A mutant is caught by a loss or a broken promise that was seen; that nothing could be seen is no catch. */
export function isCaught({ exit, rows }: Drilled): boolean {
  return exit === 5 && rows.some(({ verdict }) => verdict === 'invalid');
}

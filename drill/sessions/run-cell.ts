import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cell } from './cells.ts';
import { unplayed } from './row.ts';
import type { Row } from './row.ts';

const CELL = fileURLToPath(new URL('./cell/main.ts', import.meta.url));
const LONGEST_MS = 240_000;
/** So long a row that is told to end has for ending what it started. */
const GRACE_MS = 5_000;

/** Plays a row in a process of its own, which is ended with everything below it when it hangs or `stop` aborts. */
export async function runCell(cell: Cell, stop: AbortSignal): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cell-'));
  const { driver, fault, phase } = cell;
  const child = spawn(process.execPath, [...process.execArgv, CELL, driver, fault, phase, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const timers: NodeJS.Timeout[] = [];
  const end = (): void => {
    child.kill('SIGTERM');
    timers.push(setTimeout(() => kill(child.pid), GRACE_MS));
  };
  timers.push(setTimeout(end, LONGEST_MS));
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  const code = await new Promise((resolve) => child.once('close', resolve));
  stop.removeEventListener('abort', end);
  for (const timer of timers) clearTimeout(timer);
  kill(child.pid);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const line = out.trim().split('\n').at(-1) ?? '';
  if (code === 0 && line.startsWith('{')) return JSON.parse(line) as Row;
  return unplayed(
    cell,
    'invalid',
    `the row ended with ${String(code)}: ${err.trim().split('\n').slice(-6).join(' | ')}`,
  );
}

function kill(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left, which is what is wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

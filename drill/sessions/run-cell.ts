import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Cell } from './cells.ts';
import { unplayed } from './row.ts';
import type { Row } from './row.ts';

const CELL = fileURLToPath(new URL('./cell/main.ts', import.meta.url));
const LONGEST_MS = 180_000;

/** Plays a row in a process of its own, which is killed with everything below it when it hangs. */
export async function runCell(cell: Cell): Promise<Row> {
  const child = spawn(process.execPath, [CELL, cell.driver, cell.fault, cell.phase], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const timer = setTimeout(() => kill(child.pid), LONGEST_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  kill(child.pid);
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

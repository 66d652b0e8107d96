import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const HOLDFAST = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url));
const ASKER = fileURLToPath(new URL('./ask-through-gate.ts', import.meta.url));

/** A folder that is removed after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-politeness-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Where the memory of gates is. */
export function stateDirOf(folder: string): string {
  return join(folder, 'state');
}

/** Writes the configuration of one source. */
export function configure(folder: string, source: Readonly<Record<string, unknown>>): void {
  const config = {
    dataDir: './data',
    contact: 'test@example.org',
    sources: [{ id: 'source', from: '30d', ...source }],
  };
  writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config));
}

/** `holdfast run`: the parent with its engine. */
export interface RunningHoldfast {
  /** When its engine had opened the store and might have asked; infinite until then. Wall ms. */
  readyAt(): number;
  /** Kills the parent and the engine at once; resolves when both are gone. */
  killTree(): Promise<void>;
}

/** Starts the built command line in a process group of its own. */
export function runHoldfast(folder: string): RunningHoldfast {
  const child = spawn(process.execPath, [HOLDFAST, 'run', '--config', join(folder, 'holdfast.config.json')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, HOLDFAST_STATE_DIR: stateDirOf(folder) },
  });
  const gone = endOf(child);
  // Each child leads a group of its own, so that a signal to ours does not reach it.
  const groups = [child.pid];
  const killTree = async (): Promise<void> => {
    for (const group of groups) killGroup(group);
    await gone;
  };
  onTestFinished(killTree);
  let readyAt = Number.POSITIVE_INFINITY;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { kind, at, pid } = JSON.parse(line) as { kind?: string; at?: number; pid?: number };
    if (kind === 'engine-started') groups.push(pid);
    if (kind === 'ready' && at !== undefined) readyAt = at;
  });
  return { readyAt: () => readyAt, killTree };
}

/** A small program that asks an address through the machine's gate `count` times; resolves when it has. */
export async function askThroughGate(
  folder: string,
  url: string,
  options: { readonly intervalMs: number; readonly count: number },
): Promise<void> {
  const values = [url, stateDirOf(folder), String(options.intervalMs), String(options.count)];
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', ASKER, ...values], {
    stdio: 'inherit',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const code = await endOf(child);
  if (code !== 0) throw new Error(`the program that asks ${url} ended with ${String(code)}`);
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { makeHome } from '../../../../drill/kill/home.ts';
import type { Home } from '../../../../drill/kill/home.ts';
import { killGroup, mustRun, runCommand, startCommand } from '../../../../drill/product/run-command.ts';
import type { Running, CommandOptions } from '../../../../drill/product/run-command.ts';
import { readLedger, startSimulator } from '../../../../drill/kill/simulator.ts';
import type { Corpus, Simulator } from '../../../../drill/kill/simulator.ts';

/** A folder, a simulated upstream and a home that harvests it; what was started ends with the test. */
export interface Bench {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly home: Home;
}

/** One line of JSON that a run prints without a terminal. */
export interface RunEvent {
  readonly kind: string;
  readonly at: number;
  readonly pid?: number;
  readonly signal?: string | null;
  readonly state?: string;
  readonly code?: string | number | null;
  readonly wait?: { readonly why: string; readonly reason: string; readonly error: { code: string } | null };
}

export const CORPUS: Corpus = { kind: 'oai-pmh', seed: 11, records: 150, pageSize: 10, days: 6 };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Called after the test, last come first. */
export function afterwards(cleanUp: () => Promise<void> | void): void {
  cleanUps.push(cleanUp);
}

export async function makeBench(
  corpus: Partial<Corpus> = {},
  settings: { readonly dataDir?: (folder: string) => string; readonly source?: object } = {},
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-process-'));
  afterwards(() => rmSync(folder, { recursive: true }));
  const simulator = await startSimulator({ ...CORPUS, ...corpus }, join(folder, 'ledger.jsonl'));
  afterwards(() => simulator.stop());
  const { dataDir, source = {} } = settings;
  const home = makeHome(join(folder, 'home'), simulator, {
    source,
    ...(dataDir === undefined ? {} : { dataDir: dataDir(folder) }),
  });
  return { folder, simulator, home };
}

/** Starts a command of this home in a group of its own, which ends with the test. */
export function begin(home: Home, words: readonly string[], options: CommandOptions = {}): Running {
  const running = startCommand([...home.config, ...words], {
    group: true,
    ...options,
    env: { ...home.env, ...options.env },
  });
  afterwards(async () => {
    killGroup(running.pid);
    await running.ended;
  });
  return running;
}

/** What a run has told so far. */
export function eventsOf(running: Running): readonly RunEvent[] {
  const out = running.printed();
  const lines = out.slice(0, out.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RunEvent);
}

/** Resolves with the first event that fits. @throws when the run ends before it comes */
export async function told(running: Running, fits: (event: RunEvent) => boolean): Promise<RunEvent> {
  let ended = false;
  void running.ended.then(() => (ended = true));
  for (;;) {
    const found = eventsOf(running).find(fits);
    if (found) return found;
    if (ended) throw new Error(`the run ended before that: ${running.printed().slice(-2000)}`);
    await pause();
  }
}

/** Resolves once `check` says so. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whether a process is there and not merely waiting to be buried. */
export async function isAlive(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  if (process.platform !== 'linux') {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX]/.test(stat);
}

/** Completes the harvest and proves that exactly the published records are there. */
export async function expectWhole({ home, simulator }: Bench): Promise<void> {
  const ended = await runCommand([...home.config, 'run', '--once', '--deadline', '1m'], { env: home.env });
  expect(ended.code, ended.stderr + ended.stdout.slice(-500)).toBe(0);
  await expectComplete({ home, simulator });
}

/** Proves that exactly the published records are there, and that the store is sound. */
export async function expectComplete({ home, simulator }: Pick<Bench, 'home' | 'simulator'>): Promise<void> {
  const published = readLedger(simulator.ledgerFile).flatMap(({ records = [] }) =>
    records.map(({ id }) => id),
  );
  const jsonl = await mustRun([...home.config, 'export', '--format', 'jsonl'], { env: home.env });
  const ids = jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(published.length).toBeGreaterThan(0);
  expect(ids.toSorted()).toEqual(published.toSorted());
  const verified = await runCommand([...home.config, 'verify'], { env: home.env });
  expect(verified.code, verified.stdout).toBe(0);
}

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { canTrace } from '../../kill/strace.ts';
import type { Stage } from '../../stage.ts';

/** Whether a program answers on this machine. */
export function answers(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** What this machine lacks to mount small disks; null = nothing. */
export function missingForMounts(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'root on Linux';
  return answers('unshare', '-m', 'true') ? null : 'the right to mount';
}

/** What this machine lacks to let system calls fail; null = nothing. */
export function missingForStrace(): string | null {
  return canTrace() ? null : 'Linux and strace, with the right to trace';
}

/** A disk in memory, unmounted when the stage ends; in a folder of the stage unless told. */
export function mountSmall(
  stage: Stage,
  options: string,
  folder = join(stage.folder, 'disk'),
): { readonly folder: string; remount(how: string): void } {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  stage.defer(() => void spawnSync('umount', ['-l', folder]));
  return { folder, remount: (how) => void execFileSync('mount', ['-o', `remount,${how}`, folder]) };
}

/** So much is written to see whether a disk takes it; more than the small ones here have left. */
const PROBE_BYTES = 1024 * 1024;

/** How often a disk refuses the drill's own write with this error: 1, or 0 when it takes it or says something else. */
export function refused(folder: string, code: string): number {
  const file = join(folder, 'drill-probe');
  try {
    writeFileSync(file, Buffer.alloc(PROBE_BYTES));
    return 0;
  } catch (error) {
    return Number((error as NodeJS.ErrnoException).code === code);
  } finally {
    rmSync(file, { force: true });
  }
}

/** The database of a data folder with its log, the log's index and its lock. */
export function storeFiles(dataDir: string): readonly string[] {
  const file = join(dataDir, 'holdfast.db');
  return ['', '-wal', '-shm', '-journal', '.lock'].map((ending) => file + ending);
}

/** System calls of a process that run into an injected fault until `end`. */
export interface Spell {
  readonly end: () => Promise<void>;
  readonly fired: () => number;
}

/** Attaches strace to a process: `what` such as `pwrite64:error=EIO`, for calls about these files only. */
export async function castSpell(
  stage: Stage,
  pid: number,
  what: string,
  files: readonly string[],
): Promise<Spell> {
  const trace = join(stage.folder, `trace-${String(pid)}.txt`);
  const calls = what.split(':')[0] ?? '';
  const paths = files.flatMap((path) => ['-P', path]);
  const words = [
    '-f',
    '-o',
    trace,
    '-p',
    String(pid),
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${what}`,
    ...paths,
  ];
  const strace = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  strace.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const gone = new Promise<void>((resolve) => {
    strace.once('error', () => resolve());
    strace.once('close', () => resolve());
  });
  const end = async (): Promise<void> => {
    if (strace.exitCode === null && strace.signalCode === null) strace.kill('SIGTERM');
    await gone;
  };
  stage.defer(end);
  while (!said.includes('attached')) {
    if (strace.exitCode !== null || strace.pid === undefined) throw new Error(`strace: ${said}`);
    await pause(10, undefined, { signal: stage.signal });
  }
  const fired = (): number =>
    existsSync(trace) ? readFileSync(trace, 'utf8').split(/INJECTED|DELAYED/).length - 1 : 0;
  return { end, fired };
}

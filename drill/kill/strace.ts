import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** The system calls by which something reaches the disk, or leaves it. */
export const CALLS = [
  'pwrite64',
  'write',
  'fsync',
  'fdatasync',
  'ftruncate',
  'unlink',
  'rename',
  'renameat',
  'renameat2',
] as const;

/** One of them. */
export type SystemCall = (typeof CALLS)[number];

/** Which files a call has to be about. */
export type Files = 'store' | 'state';

/** A kind of point: the first, second, third ... `call` about `files` of any one thread. */
export interface Series {
  readonly files: Files;
  readonly call: SystemCall;
}

/** Whether this machine can look into system calls. */
export function hasStrace(): boolean {
  return process.platform === 'linux' && spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
}

/** As `hasStrace`, and it may trace: containers often forbid it. */
export function canTrace(): boolean {
  return (
    hasStrace() && spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0
  );
}

/** The words before a command whose threads are killed at their `nth` call. */
export function killAt({ files, call }: Series, nth: number, home: Home): readonly string[] {
  return [...tracing(files, [call], home), '-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
}

/** How a call is made to fail. */
export type Errno = 'EIO' | 'ENOSPC';

/** The words before a command whose threads have their `nth` call fail. */
export function failAt({ files, call }: Series, nth: number, errno: Errno, home: Home): readonly string[] {
  return [...tracing(files, [call], home), '-e', `inject=${call}:error=${errno}:when=${nth}`];
}

/** The words before a command whose calls are only written down; `countCalls` reads them. */
export function onlyWatch(files: Files, home: Home): readonly string[] {
  return tracing(files, CALLS, home);
}

/** How often one thread made each call, of the thread that made it most often. */
export function countCalls(home: Home): ReadonlyMap<SystemCall, number> {
  const perThread = new Map<string, number>();
  const most = new Map<SystemCall, number>();
  const file = traceFile(home);
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const [, thread, name] = /^(\d+) +([a-z0-9]+)\(/.exec(line) ?? [];
    const call = CALLS.find((each) => each === name);
    if (thread === undefined || call === undefined) continue;
    const times = (perThread.get(`${thread} ${call}`) ?? 0) + 1;
    perThread.set(`${thread} ${call}`, times);
    most.set(call, Math.max(most.get(call) ?? 0, times));
  }
  return most;
}

function tracing(files: Files, calls: readonly SystemCall[], home: Home): readonly string[] {
  const paths = files === 'store' ? storeFiles(home) : stateFiles(home);
  const trace = ['strace', '-f', '-qq', '-o', traceFile(home), '-e', `trace=${calls.join(',')}`];
  return [...trace, ...paths.flatMap((path) => ['-P', path])];
}

/** Where the calls are written down. */
export function traceFile({ folder }: Home): string {
  return join(folder, 'trace.txt');
}

/** The database, its log, the log's index, a rollback journal, and the lock of the owner. */
export function storeFiles({ storeFile }: Home): readonly string[] {
  const files = [storeFile, `${storeFile}.lock`];
  return files.flatMap((file) => ['', '-wal', '-shm', '-journal'].map((ending) => file + ending));
}

function stateFiles({ stateDir }: Home): readonly string[] {
  const file = join(stateDir, 'state.db');
  return ['', '-wal', '-shm', '-journal'].map((ending) => file + ending);
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../drill/product/run-command.ts';
import type { Running } from '../../../../drill/product/run-command.ts';
import { readLedger } from '../../../../drill/kill/simulator.ts';
import { hasStrace, storeFiles } from '../../../../drill/kill/strace.ts';
import { covered } from '../../../../test/needs.ts';
import { afterwards, begin, eventsOf, expectComplete, makeBench, told, until } from './support.ts';
import type { Bench, RunEvent } from './support.ts';

/** Whether this process may mount a small disk; without root nothing here is tested. */
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0 && canMount();
const CORPUS = { records: 400, pageSize: 40 };

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function remount(folder: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, folder]);
}

/** A home whose data folder is a disk of its own. */
async function onSmallDisk(options: string): Promise<{ bench: Bench; disk: string }> {
  let disk = '';
  const bench = await makeBench(CORPUS, {
    dataDir: (folder) => {
      disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
      afterwards(() => void execFileSync('umount', ['-l', disk]));
      return disk;
    },
  });
  return { bench, disk };
}

const waitsForDisk = ({ kind, wait }: RunEvent): boolean => kind === 'wait' && wait?.why === 'disk';
const caughtUp = ({ kind, state }: RunEvent): boolean => kind === 'state' && state === 'ok';

/** The run is the same as before the trouble, goes on by itself, and has everything in the end. */
async function expectGoesOn(bench: Bench, running: Running): Promise<void> {
  await told(running, caughtUp);
  const events = eventsOf(running);
  expect(events.filter(({ kind }) => kind === 'engine-started')).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === 'engine-exited')).toEqual([]);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  await expectComplete(bench);
  // What was fetched stayed in memory: each look listed each record once.
  const listed = listedRows(bench);
  expect(listed.length).toBeGreaterThanOrEqual(2 * CORPUS.records);
  expect(listed.length - new Set(listed).size).toBe(0);
}

function listedRows({ simulator }: Bench): readonly string[] {
  const verbs = new Map<number, string>();
  return readLedger(simulator.ledgerFile).flatMap(({ type, n = 0, verb = '', served = [] }) => {
    if (type === 'request') verbs.set(n, verb);
    return type === 'response' ? served.map((id) => `${verbs.get(n) ?? ''} ${id}`) : [];
  });
}

async function statusOf({
  home,
}: Bench): Promise<{ engine: { state: string }; sources: { reason: string }[] }> {
  const { stdout } = await runCommand([...home.config, 'status', '--json'], { env: home.env });
  return JSON.parse(stdout) as { engine: { state: string }; sources: { reason: string }[] };
}

test.skipIf(!covered('mounts', MAY_MOUNT))(
  'a disk that becomes full is waited for in sight of everyone, and nothing is lost or fetched again',
  async () => {
    const { bench, disk } = await onSmallDisk('size=1800k');
    const running = begin(bench.home, ['run']);
    const { wait } = await told(running, waitsForDisk);
    expect(wait?.error?.code).toBe('ERR_STORE_FULL');
    expect(wait?.reason).toMatch(/no room for the store .* Nothing is lost/);
    expect(eventsOf(running).some(({ kind }) => kind === 'commit')).toBe(true);
    expect(eventsOf(running).some(caughtUp)).toBe(false);
    const status = await statusOf(bench);
    expect(status.engine.state).toBe('running');
    expect(status.sources[0]?.reason).toMatch(/no room for the store/);
    remount(disk, 'size=64m');
    await expectGoesOn(bench, running);
  },
);

test.skipIf(!covered('mounts', MAY_MOUNT))(
  'a disk that is full before there is a store is waited for too',
  async () => {
    const { bench, disk } = await onSmallDisk('size=64k');
    const running = begin(bench.home, ['run']);
    expect((await told(running, waitsForDisk)).wait?.error?.code).toBe('ERR_STORE_FULL');
    remount(disk, 'size=64m');
    await expectGoesOn(bench, running);
  },
);

test.skipIf(!covered('mounts', MAY_MOUNT))(
  'a disk that is mounted read-only is waited for until it can be written',
  async () => {
    const { bench, disk } = await onSmallDisk('size=64m');
    remount(disk, 'ro');
    const running = begin(bench.home, ['run']);
    const { wait } = await told(running, waitsForDisk);
    expect(wait?.reason).toMatch(/read-only|cannot be written|unable to open/);
    remount(disk, 'rw');
    await expectGoesOn(bench, running);
  },
);

test.skipIf(!covered('mounts', MAY_MOUNT))(
  'a run that is to end in time ends degraded when its store cannot be opened until then',
  async () => {
    const { bench, disk } = await onSmallDisk('size=64m');
    remount(disk, 'ro');
    const running = begin(bench.home, ['run', '--once', '--deadline', '3s']);
    expect((await running.ended).code).toBe(4);
    expect(eventsOf(running).some(waitsForDisk)).toBe(true);
  },
);

/** Lets system calls of a running process fail until `end` is called. */
function failing(
  pid: number,
  call: string,
  error: string,
  bench: Bench,
): { end(): Promise<void>; fired(): boolean } {
  const trace = join(bench.folder, 'trace.txt');
  const paths = storeFiles(bench.home).flatMap((path) => ['-P', path]);
  const words = ['-f', '-qq', '-o', trace, '-p', String(pid), '-e', `trace=${call}`];
  const strace = spawn('strace', [...words, '-e', `inject=${call}:error=${error}`, ...paths], {
    stdio: 'ignore',
  });
  const gone = once(strace, 'exit');
  const end = async (): Promise<void> => {
    if (strace.exitCode === null) strace.kill('SIGTERM');
    await gone;
  };
  afterwards(end);
  return { end, fired: () => existsSync(trace) && readFileSync(trace, 'utf8').includes('INJECTED') };
}

/** Each way in which a disk fails; two of them in every run, all in the full one. */
const FAILURES = [
  ['pwrite64', 'EIO', 'ERR_STORE_IO'],
  ['fsync', 'EIO', 'ERR_STORE_IO'],
  ['pwrite64', 'EROFS', 'ERR_STORE_IO'],
  ['pwrite64', 'ENOSPC', 'ERR_STORE_FULL'],
] as const;
const ALL = process.env['HOLDFAST_TEST_FULL'] === '1';

test
  .skipIf(!covered('strace', hasStrace()))
  .each(FAILURES.filter(([call, error]) => ALL || (call === 'pwrite64' && error !== 'EROFS')))(
  'a disk whose %s fails with %s is waited for, and the run goes on when it is well again',
  async (call, error, code) => {
    const bench = await makeBench(CORPUS, { source: { minIntervalMs: 100 } });
    const running = begin(bench.home, ['run']);
    const engine = (await told(running, ({ kind }) => kind === 'ready')).pid ?? 0;
    await told(running, ({ kind }) => kind === 'commit');
    const fault = failing(engine, call, error, bench);
    const { wait } = await told(running, waitsForDisk);
    expect(fault.fired()).toBe(true);
    expect(wait?.error?.code).toBe(code);
    await until(() => eventsOf(running).filter(waitsForDisk).length >= 2);
    expect(eventsOf(running).some(caughtUp)).toBe(false);
    await fault.end();
    await expectGoesOn(bench, running);
  },
);

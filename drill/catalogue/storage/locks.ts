import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { begin, caughtUpAfter, committedAfter, conclude, layOut, pause, type Harvest } from './harvest.ts';
import { sameEngine } from './waiting.ts';

const HOLDER = join(import.meta.dirname, import.meta.url.endsWith('.ts') ? 'holder.ts' : 'holder.js');

/** How long the database is held for writing: longer than a statement waits for it, with --full several times. */
const HELD_MS = { quick: 8_000, full: 25_000 } as const;

/** Another program holds the database from now on, until the function is called. */
async function hold(stage: Stage, file: string, how: 'read' | 'write'): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [HOLDER, file, how], { stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = once(child, 'close');
  stage.defer(() => void child.kill('SIGKILL'));
  await Promise.race([
    once(child.stdout, 'data'),
    gone.then(() => {
      throw new Error('the other program could not get hold of the database');
    }),
  ]);
  return async () => {
    child.stdin.end();
    await gone;
  };
}

const fileOf = ({ product }: Harvest): string => join(product.folder, 'data', 'holdfast.db');

const locked: Fault = {
  name: 'database locked',
  layer: 'storage',
  about: 'another program holds the database for writing for eight seconds, with --full for 25',
  holds: 'the commit waits, nothing is lost, and the harvest goes on by itself when the database is free',
  quick: false,
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 600, source: { minIntervalMs: 80 } });
    const live = begin(harvest, stage);
    await live.until('a first commit', ({ kind }) => kind === 'commit');
    const began = Date.now();
    const free = await hold(stage, fileOf(harvest), 'write');
    const held = Date.now();
    // On a machine that was slow to take the lock everything may be harvested by now: there is always more to commit.
    await harvest.simulator.control({ do: 'addRecords', count: 40 });
    // Asked while it is held, and not waited for: a loaded machine may take long to answer.
    const asked = harvest.product.sources();
    await pause(HELD_MS[stage.size], stage.signal);
    const during = live.count(committedAfter(held + 500));
    const stored = live.events().reduce((sum, { inserted = 0 }) => sum + inserted, 0);
    const waiting = harvest.ledger().truth.size - stored;
    await free();
    const ended = Date.now();
    const [source] = await asked;
    const commit = await live.until('a commit after the fault', committedAfter(ended));
    await live.until('it has everything', caughtUpAfter(ended));
    const checks = [
      sameEngine(live),
      check('status does not say ok meanwhile', source?.state !== 'ok', source?.state ?? '', 'I10'),
    ];
    await live.stop();
    return conclude(harvest, {
      // A lock that held nothing back was none: there were records to be had, and no commit of any.
      injected: during === 0 && waiting > 0 ? 1 : 0,
      recoverMs: commit.at - ended,
      checks,
      evidence: `held for ${String(ended - began)} ms, ${String(during)} commits meanwhile, ${String(waiting)} records waited, shown as ${source?.state ?? ''}`,
    });
  },
};

const longReader: Fault = {
  name: 'long reader',
  layer: 'storage',
  about: 'another program reads the database for long, so that its log cannot be written back',
  holds: 'commits go on, the log grows in sight, and is written back when the reader has gone',
  quick: false,
  play: async (stage) => {
    const harvest = await layOut(stage, {
      records: 2_000,
      pageSize: 50,
      // Whoever reads is there long before the end of the list, on a slow machine too.
      source: { minIntervalMs: 120 },
    });
    const live = begin(harvest, stage);
    await live.until('a first commit', ({ kind }) => kind === 'commit');
    const free = await hold(stage, fileOf(harvest), 'read');
    const held = Date.now();
    await live.until('commits beside the reader', caughtUpAfter(held));
    const during = live.count(committedAfter(held));
    const log = sizeOf(`${fileOf(harvest)}-wal`);
    await free();
    const ended = Date.now();
    await harvest.simulator.control({ do: 'addRecords', count: 30 });
    const commit = await live.until('a commit after the reader', committedAfter(ended));
    await live.until('it has everything', caughtUpAfter(commit.at));
    const checks = [sameEngine(live), check('commits go on beside the reader', during > 5, during)];
    await live.stop();
    const left = sizeOf(`${fileOf(harvest)}-wal`);
    return conclude(harvest, {
      injected: log > 0 ? 1 : 0,
      recoverMs: commit.at - ended,
      checks: [...checks, check('the log is written back in the end', left === 0, left)],
      evidence: `${String(during)} commits beside the reader, a log of ${String(log)} bytes, then ${String(left)}`,
    });
  },
};

const lockGone: Fault = {
  name: 'lock file deleted',
  layer: 'storage',
  about: 'the file by which the engine owns its store is deleted while it runs, and a second run is started',
  holds: 'there is no second owner: the second run ends with 75, and the first one goes on',
  quick: false,
  missing: () => (process.platform === 'win32' ? 'a system that lets open files be deleted' : null),
  play: async (stage) => {
    const harvest = await layOut(stage, { records: 400, source: { minIntervalMs: 150 } });
    const live = begin(harvest, stage);
    await live.until('a first commit', ({ kind }) => kind === 'commit');
    const lock = `${fileOf(harvest)}.lock`;
    const there = existsSync(lock);
    rmSync(lock, { force: true });
    const began = Date.now();
    const gone = !existsSync(lock);
    const second = await harvest.product.run('run', '--once', '--deadline', '5s');
    // The first one may be done by now: there is always more to commit.
    await harvest.simulator.control({ do: 'addRecords', count: 10 });
    const commit = await live.until('a commit after the fault', committedAfter(Date.now()));
    await live.until('it has everything', caughtUpAfter(began));
    const checks = [sameEngine(live), check('the second run ends with 75', second.code === 75, second.code)];
    await live.stop();
    return conclude(harvest, {
      injected: there && gone ? 1 : 0,
      recoverMs: commit.at - began,
      checks,
      evidence: `the second run: ${String(second.code)}`,
    });
  },
};

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

export const lockFaults: readonly Fault[] = [locked, longReader, lockGone];

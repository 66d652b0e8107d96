import { setTimeout as pause } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { check, type Fault, type Played } from '../../fault.ts';
import { HOLDFAST, ownEnv } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Scene } from './scene.ts';

const HELD_MS = 8_000;

/** Readers of the store. */
export const exportFaults: readonly Fault[] = [
  {
    name: 'export into head',
    layer: 'surface',
    about: 'Whoever reads an export goes away after its first line (EPIPE).',
    holds: 'The export ends with 0 and complains of nothing.',
    quick: true,
    play: intoHead,
  },
  {
    name: 'long reader of the store',
    layer: 'surface',
    about: 'An export is read for 8 s without going on, while the harvest stores new records.',
    holds: 'The harvest does not wait for it, and the export is whole in the end.',
    quick: false,
    play: longReader,
  },
];

async function intoHead(stage: Stage): Promise<Played> {
  const scene = await Scene.open(stage, { records: 600 });
  const whole = await scene.background.product.run('export', '--format', 'jsonl');
  const { child, errors } = exporting(scene);
  const first = await firstOf(child);
  child.stdout.destroy();
  const code = await codeOf(child);
  const ingestMs = await scene.ingest();
  return await scene.finish({
    // What it had to say is more than a pipe holds, so that it was in the middle.
    injected: Number(first.length > 0 && first.length < whole.stdout.length),
    wanted: 1,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      check('it ends with 0', code === 0, `exit ${String(code)}`),
      check('it complains of nothing', errors() === '', errors()),
    ],
    evidence: `left after ${String(first.length)} bytes, exit ${String(code)}`,
  });
}

async function longReader(stage: Stage): Promise<Played> {
  const scene = await Scene.open(stage, { records: 1_500 });
  const before = await scene.records();
  const { child } = exporting(scene);
  const chunks = [await firstOf(child)];
  const heldFrom = Date.now();
  const ingestMs = await scene.ingest(20);
  const left = HELD_MS - (Date.now() - heldFrom);
  if (left > 0) await pause(left, undefined, { signal: stage.signal });
  const running = child.exitCode === null;
  const wal =
    statSync(join(scene.background.place.dataFolder, 'holdfast.db-wal'), { throwIfNoEntry: false })?.size ??
    0;
  child.stdout.on('data', (bytes: Buffer) => chunks.push(bytes));
  child.stdout.resume();
  const code = await codeOf(child);
  const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean);
  const ids = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
  return await scene.finish({
    injected: Number(running),
    wanted: 1,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      check('the harvest stores meanwhile', ingestMs !== null, `20 records in ${String(ingestMs)} ms`),
      check('the export ends with 0', code === 0, `exit ${String(code)}`),
      check(
        'it has at least what was there when it began, each once',
        ids.size >= before && ids.size === lines.length,
        `${String(lines.length)} lines, ${String(ids.size)} ids, ${String(before)} before`,
        'I2',
      ),
      check('the log of the store stays bounded', wal < 64 * 1024 * 1024, `${String(wal)} bytes`, 'I9'),
    ],
    evidence: `held for ${String(Math.max(HELD_MS, Date.now() - heldFrom))} ms, 20 records stored meanwhile within ${String(ingestMs)} ms, log ${String(Math.round(wal / 1024))} kB`,
  });
}

/** An export of everything whose output nobody collects: the caller decides what is read of it. */
function exporting({ background, stage }: Scene): {
  readonly child: ReturnType<typeof spawnExport>;
  readonly errors: () => string;
} {
  const child = spawnExport(background.product.folder, stage.signal);
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  child.on('error', () => undefined);
  return { child, errors: () => errors };
}

function spawnExport(cwd: string, signal: AbortSignal) {
  return spawn(process.execPath, [HOLDFAST, 'export', '--format', 'jsonl'], {
    cwd,
    env: { ...ownEnv(), HOLDFAST_STATE_DIR: join(cwd, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
}

/** What it prints first; empty when it ends without a word. Nothing more is read until somebody goes on. */
async function firstOf(child: ReturnType<typeof spawnExport>): Promise<Buffer> {
  return await new Promise((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => {
      child.stdout.pause();
      resolve(bytes);
    });
    child.once('close', () => resolve(Buffer.alloc(0)));
  });
}

async function codeOf(child: ReturnType<typeof spawnExport>): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.once('close', resolve));
}

/**
 * Resident memory of the supervisors themselves while a program dies 5,000 times at once.
 *
 *   npm run bench:supervisor-memory -- --restarts 5000
 *
 * Exit code 5 when ours has more than 45 MB, or grows by more than a tenth from the first tenth to the last.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pause } from './observe.ts';
import { ended, launch, writePlan } from './supervisors/holdfast.ts';
import { pidOf, pm2, tell } from './supervisors/pm2.ts';
import type { Order } from './supervisors/port.ts';

const GATE_BYTES = 45_000_000;
const SAMPLES = 20;

const { values } = parseArgs({ options: { restarts: { type: 'string', default: '5000' } } });
const restarts = Number(values.restarts);

interface Memory {
  readonly rss: number;
  /** Of it what is this process's own: the rest are pages of Node's binary, shared by every Node of the machine. */
  readonly own: number;
}

interface Sample extends Memory {
  readonly starts: number;
}

async function main(): Promise<number> {
  console.log(`Node ${process.version}; resident memory of the supervisor alone, MB`);
  const [own, theirs] = await Promise.all([measureOurs(), pm2.missing() === null ? measurePm2() : []]);
  console.log(`an idle Node: ${both(await measureIdle())}\n`);
  console.log('starts    holdfast (own)     pm2 (own)');
  for (let at = 0; at < SAMPLES; at += 1)
    console.log(`${String(own[at]?.starts ?? '').padEnd(9)} ${both(own[at]).padEnd(18)} ${both(theirs[at])}`);
  const most = Math.max(...own.map(({ rss }) => rss));
  const [early, late] = [own.at(1)?.rss ?? 0, own.at(-1)?.rss ?? 0];
  console.log(
    `ours: at most ${(most / 1e6).toFixed(1)} MB, from the first tenth to the last ${(((late - early) / early) * 100).toFixed(1)} %`,
  );
  return most <= GATE_BYTES && late <= early * 1.1 ? 0 : 5;
}

async function measureOurs(): Promise<readonly Sample[]> {
  const asked = order();
  const never = { firstDelayMs: 0, delayMs: 0, longestDelayMs: 0, exitsInWindow: 1_000_000_000 };
  const supervisor = await launch(writePlan(asked, join(asked.folder, 's.sock'), never), asked);
  const samples = await sample(asked, () => supervisor.pid ?? null);
  await ended(supervisor, 'SIGTERM');
  rmSync(asked.folder, { recursive: true, force: true });
  return samples;
}

async function measurePm2(): Promise<readonly Sample[]> {
  const asked = order();
  tell(asked, 'start', asked.program, '--name', 'program', '--max-restarts', '1000000000');
  const samples = await sample(asked, () => pidOf(asked));
  tell(asked, 'kill');
  rmSync(asked.folder, { recursive: true, force: true });
  return samples;
}

function order(): Order {
  const folder = mkdtempSync(join(tmpdir(), 'hf-mem-'));
  const env = { ...process.env, BENCH_STARTS: join(folder, 'starts') };
  return { folder, env, program: fileURLToPath(new URL('programs/dies-quickly.mjs', import.meta.url)) };
}

/** Looks at the memory each time a twentieth of the restarts is done. */
async function sample({ env }: Order, pid: () => number | null): Promise<readonly Sample[]> {
  const file = env['BENCH_STARTS'] ?? '';
  const samples: Sample[] = [];
  while (samples.length < SAMPLES) {
    await pause(100);
    // A byte for each start.
    const starts = existsSync(file) ? statSync(file).size : 0;
    if (starts < ((samples.length + 1) * restarts) / SAMPLES) continue;
    samples.push({ starts, ...memoryOf(pid() ?? 0) });
  }
  return samples;
}

/** An idle Node that can start processes: less than that no supervisor in Node can have. */
async function measureIdle(): Promise<Memory> {
  const code = 'import("node:child_process").then(() => setInterval(() => undefined, 1000))';
  const idle = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  await pause(1_500);
  const memory = memoryOf(idle.pid ?? 0);
  idle.kill('SIGKILL');
  return memory;
}

function memoryOf(pid: number): Memory {
  const lines = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8').split('\n');
  const kilobytes = (name: string): number =>
    Number(lines.find((line) => line.startsWith(`${name}:`))?.replace(/\D/g, '') ?? 0);
  return { rss: kilobytes('Rss') * 1024, own: kilobytes('Anonymous') * 1024 };
}

function both(memory: Memory | undefined): string {
  if (memory === undefined) return '–';
  return `${(memory.rss / 1e6).toFixed(1)} (${(memory.own / 1e6).toFixed(1)})`;
}

process.exitCode = await main();

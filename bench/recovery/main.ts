/**
 * How soon after the death of the engine the next one commits.
 *
 *   npm run bench:recovery                  100 kills; exit code 5 when the 95th percentile is beyond 500 ms
 *   npm run bench:recovery -- --kills 20 --seed 7
 *
 * Each kill has a supervisor of its own, so that neither its back-off nor its limit of crashes is measured. The
 * engine is killed with SIGKILL at a random moment while it commits page after page of a simulated repository.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, type as system } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../harvest/server.ts';
import { killOnce, prepare } from './kill-once.ts';

const GATE_MS = 500;
const LONGEST_LIFE_MS = 1_500;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

async function main(): Promise<number> {
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  console.log(`${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}`);
  console.log(`${String(cpus().length)} × ${cpus()[0]?.model ?? 'processor'}; seed ${String(seed)}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-recovery-'));
  const server = await startSimulator({
    kind: 'oai-pmh',
    records: 600_000,
    'page-size': 50,
    'record-bytes': 1_000,
    'ledger-ids': 'off',
  });
  try {
    prepare(folder, server.baseUrl);
    const random = randomOf(seed);
    const times: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      times.push(await killOnce(folder, Math.floor(random() * LONGEST_LIFE_MS)));
      process.stderr.write(`\r${String(kill)} of ${String(kills)}`);
    }
    process.stderr.write('\n');
    return report(times);
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  console.log('death of the engine to the first commit of the next one, ms');
  for (const [name, share] of [
    ['least', 0],
    ['p25', 0.25],
    ['p50', 0.5],
    ['p75', 0.75],
    ['p95', 0.95],
    ['p99', 0.99],
    ['most', 1],
  ] as const)
    console.log(`  ${name.padEnd(6)} ${String(Math.round(share === 0 ? (sorted[0] ?? 0) : at(share)))}`);
  for (let from = 0; from <= (sorted.at(-1) ?? 0); from += 50) {
    const count = sorted.filter((ms) => ms >= from && ms < from + 50).length;
    if (count > 0)
      console.log(
        `  ${String(from).padStart(5)}–${String(from + 50).padEnd(5)} ${'█'.repeat(count)} ${String(count)}`,
      );
  }
  const p95 = at(0.95);
  console.log(
    `\n${String(sorted.length)} kills, p95 ${String(Math.round(p95))} ms, gate ${String(GATE_MS)} ms: ${p95 <= GATE_MS ? 'kept' : 'missed'}`,
  );
  return p95 <= GATE_MS ? 0 : 5;
}

/** mulberry32: the same seed gives the same moments. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

process.exitCode = await main();

/**
 * What the library weighs as it is published: size of the package, and what importing its entry point costs.
 *
 *   npm ci --prefix bench && npm run bench:package
 *
 * The tarball is installed into an empty folder. Import time is that of a whole process which imports and ends, less
 * that of one which imports nothing; in turns, medians with their quartiles, beside cockatiel's.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, type as system } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { npm, pack } from '../../test/npm.ts';
import type { Packed } from '../../test/npm.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '31' } } });
const bench = fileURLToPath(new URL('..', import.meta.url));

interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

function main(): number {
  const cpu = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`;
  console.log(`${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}, ${cpu}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-package-'));
  try {
    const packed = pack('packages/resilience', folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    npm(folder, 'install', '--no-save', join(folder, packed.filename));
    tellSize(packed);
    tellImports(folder);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tellSize({ size, files }: Packed): void {
  const unpacked = files.reduce((sum, file) => sum + file.size, 0);
  const scripts = files.filter(({ path }) => path.endsWith('.js'));
  const bytes = scripts.reduce((sum, file) => sum + file.size, 0);
  console.log(
    `packed ${kb(size)}, unpacked ${kb(unpacked)}, of it ${scripts.length} scripts with ${kb(bytes)}`,
  );
}

function tellImports(folder: string): void {
  const rows = [
    { name: 'nothing', cwd: folder, code: '' },
    { name: '@holdfast/resilience', cwd: folder, code: "import '@holdfast/resilience';" },
    { name: 'cockatiel', cwd: bench, code: "import 'cockatiel';" },
  ].map((row) => ({ ...row, times: [] as number[] }));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const { cwd, code, times } of rows) times.push(timed(cwd, code));
  }
  const [nothing, ours, peer] = rows.map(({ times }) => spread(times));
  if (nothing === undefined || ours === undefined || peer === undefined)
    throw new Error('nothing was measured');
  for (const { name, times } of rows) {
    const { low, median, high } = spread(times);
    console.log(`import ${name.padEnd(22)} ${median.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`);
  }
  const [own, other] = [ours.median - nothing.median, peer.median - nothing.median];
  console.log(
    `\nimport alone: ${own.toFixed(1)} ms, cockatiel ${other.toFixed(1)} ms: ratio ${(own / other).toFixed(2)}`,
  );
}

function timed(cwd: string, code: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the import failed: ${stderr}`);
  return performance.now() - start;
}

function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

function kb(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

process.exitCode = main();

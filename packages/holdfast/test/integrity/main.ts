/** `npm run flips -- --flips 1000 --seed N`: flips single bits in a store, one at a time; exit 5 when one is not found. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flipBits } from './flips.ts';

const { values } = parseArgs({
  options: { flips: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const folder = mkdtempSync(join(tmpdir(), 'holdfast-flips-'));
try {
  const flips = await flipBits(folder, { flips: Number(values.flips), seed: Number(values.seed) });
  process.stdout.write(`${JSON.stringify(flips, null, 2)}\n`);
  if (flips.missed.length + flips.falseAlarms.length > 0) process.exitCode = 5;
} finally {
  rmSync(folder, { recursive: true });
}

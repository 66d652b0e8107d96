import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chosenSeed } from '../process/seed.ts';
import { flipBits } from './flips.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-flips-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('of many single bits that flip, in rows and in the bytes of the file, verify finds and names every one that does harm', async () => {
  const seed = chosenSeed('flipped bits');
  const flips = FULL ? 1000 : 40;
  const told = await flipBits(folder, { flips, seed });
  const { harmful, found, structural, harmless, places } = told;
  process.stdout.write(
    `flipped bits: ${flips}, ${harmful} harmful, ${found} of them found, ${structural} structural, ${harmless} harmless\n`,
  );
  expect(told, `seed ${seed}`).toMatchObject({ missed: [], falseAlarms: [], found: harmful });
  // Half of them are aimed at rows, where hardly a bit is without harm.
  expect(harmful).toBeGreaterThanOrEqual(flips / 2);
  expect(places['file']).toBe(flips / 2);
  expect(Object.keys(places).length).toBeGreaterThan(10);
}, 600_000);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomOf } from '../../../../bench/import/make-lines.ts';
import { killImports } from '../../../../drill/kill/kill-imports.ts';
import { chosenSeed } from './seed.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const KILLS = FULL ? 50 : 2;
const SEED = chosenSeed('import');

test(
  `an import that is killed ${KILLS} times loses nothing and doubles nothing`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
    const report = await killImports(folder, {
      kills: KILLS,
      rows: FULL ? 60_000 : 12_000,
      random: randomOf(SEED),
    });
    expect(report.problems, `seed ${SEED}, kept in ${folder}`).toEqual([]);
    expect(report.hits).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
  },
  FULL ? 900_000 : 120_000,
);

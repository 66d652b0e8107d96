import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kills } from '../../../../drill/kill/injections.ts';
import { hasStrace } from '../../../../drill/kill/strace.ts';
import { sweep } from '../../../../drill/kill/sweep.ts';
import { covered } from '../../../../test/needs.ts';
import { chosenSeed } from './seed.ts';

const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
const SAMPLE = 6;
const SEED = chosenSeed('system calls');

test.skipIf(!covered('strace', hasStrace()))(
  'an engine killed at any system call that writes leaves a store that the next run completes',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-sweep-'));
    const report = await sweep(kills, { folder, seed: SEED, ...(FULL ? {} : { sample: SAMPLE }) });
    expect(report.problems, `seed ${SEED}, kept in ${folder}`).toEqual([]);
    const fired = report.series.reduce((sum, { points }) => sum + points, 0);
    // A call may be made once less than was seen beforehand, so that its last point never comes.
    expect(fired).toBeGreaterThanOrEqual(FULL ? 100 : SAMPLE - 2);
    for (const call of ['pwrite64', 'fsync'])
      expect(report.series.some((each) => each.files === 'store' && each.call === call)).toBe(true);
    rmSync(folder, { recursive: true });
  },
  FULL ? 3_600_000 : 240_000,
);

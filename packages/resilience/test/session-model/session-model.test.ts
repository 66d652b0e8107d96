import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runHistory } from './history.ts';
import { MUTANTS } from './mutants.ts';
import { scenarioOf } from './scenario.ts';
import { count, emptyTally } from './tally.ts';

const SEEDS = 300;
const MUTANT_SEEDS = '600';

test('in 300 histories of faults nothing is broken that a session promises', async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= SEEDS; seed += 1) count(tally, await runHistory(scenarioOf(seed)));
  expect(tally.violations).toEqual([]);
  expect(Object.keys(tally.fired)).toEqual(
    expect.arrayContaining([
      'killed while ready',
      'login expired',
      'a person is needed',
      'open yields late',
      'stood still',
    ]),
  );
}, 60_000);

test('a history is replayed from its seed', async () => {
  expect(await runHistory(scenarioOf(7))).toEqual(await runHistory(scenarioOf(7)));
});

test.each(MUTANTS.map((mutant) => mutant.name))(
  'the model notices a session that %s',
  (name) => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const options = ['--mutant', name, '--stop-at-first', '--seeds', MUTANT_SEEDS];
    const run = spawnSync(process.execPath, ['--conditions=@holdfast/source', main, ...options], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('VIOLATION');
    expect(run.status).toBe(5);
  },
  60_000,
);

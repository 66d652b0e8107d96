import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test, vi } from 'vitest';
import { runHistory } from '../simulation/history.ts';
import { scenarioOf } from '../simulation/scenario.ts';

const run = promisify(execFile);
const BUNDLE = join(import.meta.dirname, '../../dist/simulation/main.js');
const notBuilt = existsSync(BUNDLE) ? null : 'the simulation is not built (npm run build)';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-simulation-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is published plays the same histories as the sources', async ({ skip }) => {
  if (notBuilt !== null) skip(notBuilt);
  const { stdout } = await run(process.execPath, [BUNDLE, '--digest', '--from', '21', '--seeds', '3']);
  const lines: string[] = [];
  for (const seed of [21, 22, 23])
    lines.push(`${String(seed)} ${await (await runHistory(scenarioOf(seed))).digest()}`);
  expect(stdout.trim().split('\n')).toEqual(lines);
});

test('a history that a mistake breaks is named by the drill and fails again by its seed alone', async ({
  skip,
}) => {
  if (notBuilt !== null) skip(notBuilt);
  const right = readFileSync(BUNDLE, 'utf8');
  const wrong = right.replace(/ms: asked\.waitMs\b/, 'ms: Math.min(asked.waitMs, 1)');
  expect(wrong).not.toBe(right);
  mkdirSync(join(folder, 'dist/simulation'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'dist/simulation/main.js'), wrong);
  vi.stubEnv('HOLDFAST_DRILL_PRODUCT', folder);
  const { simulate } = await import('../../../../drill/levels/simulation/sums.ts');
  const { judged } = await import('../../../../drill/levels/simulation/by-seed.ts');
  const { signal } = new AbortController();
  const sums = await simulate({ from: 1, seeds: 40, signal, say: () => undefined });
  const first = sums.violations[0]?.seed ?? 0;
  const named = judged(sums).checks?.[0];
  expect(named?.ok).toBe(false);
  expect(named?.what).toContain(`--only 'simulation by seed' --seed ${String(first)}`);
  const again = await simulate({ from: first, seeds: 1, signal, say: () => undefined });
  expect(again.violations).toEqual(sums.violations.slice(0, 1));
});

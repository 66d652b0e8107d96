import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import type { Report } from '../tools/mutation/report.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-mutation-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The tool on one of its small projects. */
async function mutation(
  project: string,
  ...args: readonly string[]
): Promise<{ code: number | null; printed: string; report: () => Report }> {
  const json = join(folder, `${project}.json`);
  const child = spawn(
    process.execPath,
    ['tools/mutation/main.ts', `tools/mutation/fixture/${project}`, '--jobs', '1', '--json', json, ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed, report: () => JSON.parse(readFileSync(json, 'utf8')) as Report };
}

/** Whether a process is there and does not only wait for somebody to take notice of its end. */
const isAlive = (pid: string): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

const changesIn = ({ survivors }: Report): readonly string[] =>
  survivors.map(({ mutant, outcome }) => `${outcome} ${mutant.original} -> ${mutant.mutated}`);

describe('mutation testing', () => {
  test('a weak test lets exactly the mutants survive that it cannot notice, and the run fails', async () => {
    const { code, printed, report } = await mutation('weak');
    expect(code, printed).toBe(5);
    expect(changesIn(report())).toEqual([
      'survived order >= 100 -> order > 100',
      'survived 100 -> 101',
      'survived 5 -> 6',
      'uncovered true -> undefined',
      'uncovered true -> false',
    ]);
    expect(report().total).toMatchObject({ mutants: 12, killed: 7, timeout: 0, survived: 3, uncovered: 2 });
    expect(report().total.netScore).toBeCloseTo(58.33, 2);
    expect(printed).toContain('survived tools/mutation/fixture/weak/fee.ts:3 number: 5 -> 6');
  });

  test('an explained equivalent does not count, and an entry whose mutant dies is told', async () => {
    const known = ['--known', 'tools/mutation/fixture/weak/known.json', '--operators', 'boundary'];
    const { code, printed, report } = await mutation('weak', ...known);
    expect(code, printed).toBe(0);
    expect(report().total).toMatchObject({ mutants: 2, killed: 1, equivalent: 1, score: 50, netScore: 100 });
    expect(report().stale.map(({ mutated }) => mutated)).toEqual(['order < 100']);
    expect(printed).toContain('stale: tools/mutation/fixture/weak/fee.ts boundary');
  });

  test('a strong test kills all', async () => {
    const { code, printed, report } = await mutation('strong');
    expect(code, printed).toBe(0);
    expect(report().survivors).toEqual([]);
    expect(report().total.mutants).toBeGreaterThan(10);
    expect(report().total.killed).toBe(report().total.mutants);
  });

  test('an endless loop is ended, counts as noticed, and the next mutant is tried', async () => {
    const args = ['--operators', 'assignment', '--limit', '1500'];
    const { code, printed, report } = await mutation('endless', ...args);
    expect(code, printed).toBe(0);
    expect(report().total).toMatchObject({ mutants: 2, timeout: 1, killed: 1, score: 100 });
  });

  test('tests that fail without any mutant say so, and nothing is tried', async () => {
    const { code, printed } = await mutation('red');
    expect(code).toBe(1);
    expect(printed).toContain('fails without any mutant');
    expect(printed).toContain('fails on purpose');
  });

  test('nothing to change, or an unknown operator, is an error', async () => {
    const nothing = await mutation('strong', '--only', 'no-such-file');
    expect(nothing.code).toBe(1);
    expect(nothing.printed).toContain('There is nothing to change');
    const unknown = await mutation('strong', '--operators', 'arithmetic,none');
    expect(unknown.code).toBe(2);
    expect(unknown.printed).toContain('none is none of arithmetic');
  });

  // On Linux a process tells its children.
  test.skipIf(process.platform !== 'linux')('Ctrl-C ends the children too', async () => {
    const args = [
      'tools/mutation/fixture/endless',
      '--operators',
      'assignment',
      '--jobs',
      '1',
      '--limit',
      '600000',
    ];
    const child = spawn(process.execPath, ['tools/mutation/main.ts', ...args], { cwd: root, stdio: 'pipe' });
    const over = once(child, 'close');
    const childrenOf = (pid: number | undefined): readonly string[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    for await (const chunk of child.stdout) if (String(chunk).includes('reach them')) break;
    let children: readonly string[] = [];
    await vi.waitFor(() => expect((children = childrenOf(child.pid))).toHaveLength(1), { timeout: 30_000 });
    child.kill('SIGINT');
    expect(await over).toEqual([130, null]);
    // A killed process takes its time on a busy machine.
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 30_000 });
  });

  test('a sample is picked by its seed', async () => {
    const args = ['--sample', '2', '--seed', '3', '--operators', 'boundary,number'];
    const { printed, report } = await mutation('weak', ...args);
    expect(printed).toContain('of these 2, picked by --seed 3');
    expect(report().total.mutants).toBe(2);
  });
});

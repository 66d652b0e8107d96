import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getPlan } from './get-plan.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A command line that prints this and ends with 0. */
function saying(text: string): string {
  const file = join(folder, 'launcher.cjs');
  writeFileSync(file, `process.stdout.write(${JSON.stringify(text)})`);
  return file;
}

describe('the plan that the command line makes', () => {
  it.each([
    ['words', 'Usage: holdfast'],
    ['nothing', ''],
    ['a null', 'null'],
    ['no children', '{"dataDir":"d","control":"c"}'],
    ['children that are none', '{"dataDir":"d","control":"c","children":[null]}'],
  ])('is refused when it is %s: the supervisor that asked goes on', async (_, text) => {
    await expect(getPlan([], saying(text))).rejects.toMatchObject({ code: 'ERR_PLAN' });
  });

  it('is read', async () => {
    const plan = { dataDir: 'd', control: 'c', children: [{ name: 'engine', file: 'e.js' }] };
    expect(await getPlan([], saying(JSON.stringify(plan)))).toMatchObject({ dataDir: 'd', log: null });
  });
});

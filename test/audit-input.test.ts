import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../drill/audit-input/play.ts';
import { root } from '../tools/lint/resolve-import.ts';

/** One fault that loses records silently and one that loses all; the whole table is `npm run audit-input`. */
const SAMPLE = ['expired-token metha', 'throttle-body-200 metha'];

test('audit --input names exactly what another harvester lost', async () => {
  const args = SAMPLE.flatMap((row) => ['--only', row]);
  const { code, stdout } = await drill([...args, '--records', '200', '--json']);
  const rows = JSON.parse(stdout) as readonly Result[];
  expect(rows.map(({ verdict, findings }) => [verdict, findings])).toEqual(rows.map(() => ['valid', []]));
  expect(code).toBe(0);
  expect(rows.length).toBe(2);
  for (const { fired, lost, named } of rows) {
    expect(fired).toBeGreaterThan(0);
    expect(named).toBe(lost);
  }
  expect(rows.map(({ lost, silent }) => [lost > 0, silent])).toEqual([
    [true, true],
    [true, false],
  ]);
});

function drill(args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, [join(root, 'drill/audit-input/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout }));
  });
}

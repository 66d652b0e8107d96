import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Report } from '../drill/report/report.ts';
import { root } from '../tools/lint/resolve-import.ts';

const DRILL = join(root, 'drill/main.ts');
/** A row that takes about two seconds everywhere. */
const ROW = 'expired-token';
const SEED = process.env['HOLDFAST_TEST_SEED'] ?? String(randomInt(1_000_000));
const folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the drill; `onStart` gets hold of the process. */
function drill(
  args: readonly string[],
  {
    env = {},
    onStart,
  }: { env?: NodeJS.ProcessEnv; onStart?: (child: ReturnType<typeof spawn>) => void } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [DRILL, ...args, '--seed', SEED], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOLDFAST_REQUIRE_ALL: '', ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test(`one row is played, told as JSON and kept for others (seed ${SEED})`, async () => {
  const last = join(folder, 'state/last-drill.json');
  const files = ['--html', join(folder, 'a.html'), '--junit', join(folder, 'a.xml')];
  const { code, stdout, stderr } = await drill(['--only', ROW, '--json', ...files], {
    env: { HOLDFAST_DRILL_LAST: last },
  });
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(Object.keys(report)).toEqual(['seed', 'version', 'rows', 'summary']);
  expect(report.rows.map(({ name, verdict, lost, findings }) => ({ name, verdict, lost, findings }))).toEqual(
    [{ name: ROW, verdict: 'valid', lost: 0, findings: [] }],
  );
  expect([code, report.seed, report.summary.valid]).toEqual([0, Number(SEED), 1]);
  expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain(ROW);
  expect(readFileSync(join(folder, 'a.xml'), 'utf8')).toContain(ROW);
  // One chosen row is no word on the product: nothing is kept of it.
  expect(() => readFileSync(last)).toThrow('ENOENT');
});

test('Ctrl-C, also twice, ends what was started and tells what was played', async () => {
  const own = mkdtempSync(join(folder, 'stages-'));
  const { code, stdout, stderr } = await drill(['--only', 'retry-after', '--json'], {
    env: { TMPDIR: own },
    onStart: (child) => {
      const timer = setInterval(() => {
        // A row has begun: its stage is there.
        if (readdirSync(own).length === 0) return;
        clearInterval(timer);
        child.kill('SIGINT');
        child.kill('SIGINT');
      }, 50);
      child.once('exit', () => clearInterval(timer));
    },
  });
  expect([code, stderr]).toEqual([130, '']);
  const { rows, summary } = JSON.parse(stdout) as Report;
  expect(summary.interrupted).toBe(true);
  expect(rows.length).toBeLessThan(3);
  expect(readdirSync(own)).toEqual([]);
});

test('a reader that goes away is no failure', async () => {
  const { code, stderr } = await drill(['--list', '--full'], { onStart: (child) => child.stdout?.destroy() });
  expect([code, stderr]).toEqual([0, '']);
});

test.each([
  [['--only', 'netwrk'], 'Did you mean "network"'],
  [['--html', 'no/such/folder/a.html', '--only', ROW], 'nothing was played'],
  [['--jsn'], 'Did you mean --json?'],
])('%s is told before anything begins', async (args, hint) => {
  const { code, stdout, stderr } = await drill(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(hint);
});

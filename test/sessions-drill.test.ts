import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAULTS, allCells, sample } from '../drill/sessions/cells.ts';
import { missing } from '../drill/sessions/missing.ts';
import type { Row } from '../drill/sessions/row.ts';
import { root } from '../tools/lint/resolve-import.ts';
import { covered } from './needs.ts';

const DRILL = join(root, 'drill/sessions/main.ts');
const KILL = join(root, 'drill/sessions/kill-messaging.ts');
/** Another one each time; `HOLDFAST_TEST_SEED` plays one again. */
const SEED = process.env['HOLDFAST_TEST_SEED'] ?? String(randomInt(1_000_000));
/** One row a driver in every run; `npm run sessions` plays all of them. */
const ROWS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 9 : 3;
const KILLS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 4 : 2;
const hasBrowsers = covered('Chromium', missing('selenium') === null);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a drill; `bytes`: the reader goes away after so many. */
function run(program: string, args: readonly string[], bytes = Infinity): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length > bytes) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe.skipIf(!hasBrowsers)('npm run sessions', () => {
  test(
    `${ROWS} rows are valid, each by a fault that fired (seed ${SEED})`,
    { timeout: 900_000 },
    async () => {
      const { code, stdout, stderr } = await run(DRILL, ['--sample', String(ROWS), '--seed', SEED, '--json']);
      expect(stderr).toBe('');
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly Row[] };
      const told = rows.map(({ driver, fault, phase, verdict, fired, problems }) => ({
        row: `${driver} ${fault} ${phase}`,
        verdict,
        hasFired: fired !== null,
        problems,
      }));
      expect(told).toStrictEqual(
        told.map(({ row }) => ({ row, verdict: 'valid', hasFired: true, problems: [] })),
      );
      expect([code, rows.length]).toEqual([0, ROWS]);
    },
  );

  test(
    `the example that sends messages survives ${KILLS} kills (seed ${SEED})`,
    { timeout: 900_000 },
    async () => {
      const { code, stdout } = await run(KILL, ['--kills', String(KILLS), '--people', '16', '--seed', SEED]);
      expect(stdout).toMatch(
        new RegExp(`^${KILLS} kills, [1-${KILLS}] of them in lives that sent messages;.*\\nvalid$`, 'm'),
      );
      expect(code).toBe(0);
    },
  );
});

describe('the command line of the drill of sessions', () => {
  test.each([
    ['--only', 'zebra', 'No row holds all of the words "zebra".'],
    ['--jobs', '0', '--jobs is a whole number from 1 to 8, not "0".'],
    ['--sample', 'x', '--sample is a whole number from 1 to 180, not "x".'],
    ['--zebra', '1', "Unknown option '--zebra'"],
  ])('%s %s is refused with a sentence', async (flag, value, sentence) => {
    const { code, stdout, stderr } = await run(DRILL, [flag, value]);
    expect([code, stdout, stderr.split('\n')[0]?.slice(0, sentence.length)]).toEqual([2, '', sentence]);
  });

  test('the kills of the messaging example are refused in the same way', async () => {
    const { code, stderr } = await run(KILL, ['--kills', '5', '--people', '6']);
    expect([code, stderr]).toEqual([2, '--people is a whole number from 10 to 10000, not "6".\n']);
  });

  test('rows that cannot exist say why, and are no failure', async () => {
    const { code, stdout } = await run(DRILL, ['--only', 'driver-killed puppeteer', '--json']);
    const { rows, summary } = JSON.parse(stdout) as {
      readonly rows: readonly Row[];
      readonly summary: { readonly notCovered: number };
    };
    expect([code, rows.length, summary.notCovered]).toEqual([0, 6, 6]);
    expect(new Set(rows.flatMap(({ problems }) => problems))).toEqual(
      new Set(['Puppeteer works within the program: there is no driver process']),
    );
  });

  test('a reader that goes away ends it quietly', async () => {
    const { code, stderr } = await run(DRILL, ['--only', 'driver-killed play'], 10);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a sample holds as many different faults as it has rows, each of them for some seed', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed += 1) {
      const faults = sample(allCells(), 9, seed).map(({ fault }) => fault);
      expect(new Set(faults).size).toBe(9);
      for (const fault of faults) seen.add(fault);
    }
    expect(seen).toEqual(new Set(FAULTS));
  });
});

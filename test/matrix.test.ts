import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countRow, type Shown } from '../drill/matrix/counts.ts';
import { judge, type Result } from '../drill/matrix/result.ts';
import type { Row } from '../drill/matrix/row.ts';
import { head, linesOf } from '../drill/matrix/table.ts';
import { Ledger } from '../drill/upstream/ledger.ts';
import { root } from '../tools/lint/resolve-import.ts';

const MATRIX = join(root, 'drill/matrix/main.ts');

/** Rows that stand for a kind of failure each; the whole matrix is `npm run matrix`. */
const STANDING = [
  'measured:expired-token',
  'measured:body-cut-valid',
  'measured:empty-page-with-empty-token',
  'measured:sigkill-after-5-of-10',
  'F3:503-retry-after-date',
  'F3:retry-after-huge',
  'F8:published-late',
  'F12:mismatched-tag',
  'F14:deletion',
  'F15:second-instance',
];
/** Another part of them each time; `HOLDFAST_TEST_SEED` plays one again. */
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? randomInt(1_000_000));
const SAMPLE = STANDING.filter(
  (_, index) => process.env['HOLDFAST_TEST_FULL'] === '1' || index % 2 === SEED % 2,
);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `lines`: the reader goes away after so many. */
function matrix(args: readonly string[], lines = Infinity): Promise<Ended> {
  const child = spawn(process.execPath, [MATRIX, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    if (stdout.split('\n').length > lines) child.stdout.destroy();
  });
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('npm run matrix', () => {
  test(
    `a sample of its rows is valid, each by a fault that fired (seed ${SEED})`,
    { timeout: 300_000 },
    async () => {
      const { code, stdout, stderr } = await matrix([
        '--json',
        '--seed',
        '3',
        ...SAMPLE.flatMap((name) => ['--only', name]),
      ]);
      expect(stderr).toBe('');
      const results = JSON.parse(stdout) as readonly Result[];
      const told = results.map(({ name, verdict, findings }) => ({ name, verdict, findings }));
      expect(told.toSorted((a, b) => a.name.localeCompare(b.name))).toStrictEqual(
        SAMPLE.toSorted((a, b) => a.localeCompare(b)).map((name) => ({
          name,
          verdict: 'valid',
          findings: [],
        })),
      );
      expect(results.filter(({ fired }) => fired === 0)).toStrictEqual([]);
      expect(code).toBe(0);
    },
  );

  test('ends quietly when its reader goes away', async () => {
    const { code, stderr } = await matrix(['--only', 'measured:500', '--only', 'measured:406'], 1);
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' });
  });

  test('a row that is not there, and a flag that is not known, are complained about', async () => {
    expect(await matrix(['--only', 'no-such-row'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no-such-row'),
    });
    expect((await matrix(['--nonsense'])).code).toBe(2);
  });
});

const truth = {
  type: 'truth',
  records: [
    { id: 'a', datestamp: '2026-01-01' },
    { id: 'b', datestamp: '2026-01-02' },
    { id: 'c', datestamp: '2026-01-03', deleted: true },
  ],
} as const;
const asked = { type: 'request', n: 1, at: 1, url: '/oai', verb: 'ListRecords', params: {} } as const;
const fired = { type: 'fault', n: 1, at: 1, name: '500' } as const;
const ledger = new Ledger([truth, asked, fired]);
const kept = { withholds: false, owed: false };
const row: Row = {
  name: 'r',
  group: 'g',
  about: '',
  upstreams: [{ kind: 'oai-pmh', records: 3, pageSize: 1, faults: ['500@1'] }],
};

function shown(ids: readonly string[], more: Partial<Shown> = {}): Shown {
  const papers = ids.map((id, index) => ({
    seq: index + 1,
    source: 's1',
    id,
    version: null,
    datestamp: '2026-01-01',
    deleted: id === 'c',
    withdrawn: false,
    title: 't',
  }));
  return { papers, gaps: [], quarantine: [], ...more };
}

function verdictOf(what: Shown, times = 1): string {
  const counts = countRow(ledger, what, kept);
  return judge({ row, fired: times, expectedFired: 1, exit: 0, counts, wasted: 0, checks: [] }).verdict;
}

describe('the verdict of a row', () => {
  test('is valid when everything is there once', () => {
    expect(verdictOf(shown(['a', 'b', 'c']))).toBe('valid');
  });

  test('is unknown when the fault did not fire, however good the rest looks', () => {
    expect(verdictOf(shown(['a', 'b', 'c']), 0)).toBe('unknown');
  });

  test.each([
    ['one is missing', ['a', 'c'], { lost: 1 }],
    ['one is there twice', ['a', 'b', 'b', 'c'], { duplicated: 1 }],
    ['one was never published', ['a', 'b', 'c', 'd'], { unexpected: 1 }],
  ])('is invalid when %s', (_, ids, counts) => {
    expect(countRow(ledger, shown(ids), kept)).toMatchObject(counts);
    expect(verdictOf(shown(ids))).toBe('invalid');
  });

  test('what a gap names, by itself or by its days, is not lost but a finding where none is expected', () => {
    const gap = { source: 's1', reason: '', state: 'open' };
    const named = shown(['a', 'c'], { gaps: [{ ...gap, id: 'b' }] });
    const range = shown(['a', 'c'], { gaps: [{ ...gap, range: 'list/2026-01-02..2026-01-03' }] });
    const other = shown(['a', 'c'], { gaps: [{ ...gap, range: 'list/2026-01-01..2026-01-02' }] });
    expect([named, range, other].map((what) => countRow(ledger, what, kept).lost)).toStrictEqual([0, 0, 1]);
    expect(verdictOf(named)).toBe('invalid');
  });

  test('a deleted record that is shown as alive is unexpected', () => {
    const { papers } = shown(['a', 'b', 'c']);
    const alive = papers.map((paper) => ({ ...paper, deleted: false }));
    expect(countRow(ledger, { papers: alive, gaps: [], quarantine: [] }, kept).unexpected).toBe(1);
  });
});

test('no line of the table is wider than 120 columns', () => {
  const counts = countRow(ledger, shown(['a']), kept);
  const result: Result = {
    name: 'a name that is longer than its column will ever be able to show to anybody',
    group: 'g',
    about: '',
    seed: 1,
    fired: 1,
    expectedFired: 1,
    exit: 0,
    counts: { ...counts, upstream: 5_000, store: 5_000, requests: 9_999 },
    wasted: 12_345,
    verdict: 'unknown',
    findings: ['x'.repeat(300)],
    checks: [],
    seconds: 1,
    peers: {
      metha: '5 pages again',
      sickle: '5000 + 1000 twice',
      oaiPmh: '5000 + twice',
      catmandu: '3000 rc0 *',
    },
  };
  for (const line of [head(), ...linesOf(result)]) expect(line.length).toBeLessThanOrEqual(120);
});

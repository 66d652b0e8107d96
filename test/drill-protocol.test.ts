import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Played } from '../drill/fault.ts';
import type { Row as Told } from '../drill/judge.ts';
import { hashesHold } from '../drill/matrix/hashes.ts';
import { countRow, type Shown } from '../drill/matrix/counts.ts';
import { faultsOf } from '../drill/matrix/fault-of.ts';
import { firedIn } from '../drill/matrix/fired.ts';
import { pausesAfter, spaced } from '../drill/matrix/ledger-checks.ts';
import { allRows } from '../drill/matrix/rows/index.ts';
import { timesOf } from '../drill/matrix/times.ts';
import { Ledger } from '../drill/upstream/ledger.ts';
import { root } from '../tools/lint/resolve-import.ts';

/** Rows that stand for a kind of failure each; all of them are `holdfast drill --full --only protocol`. */
const STANDING = [
  'expired-token',
  'body-cut-valid',
  'empty-page-with-empty-token',
  'retry-after-huge',
  'omitted-range',
  'mismatched-tag',
  'deletion',
  'second-instance',
];
/** Another part of them each time; `HOLDFAST_TEST_SEED` plays one again. */
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? randomInt(1_000_000));
const SAMPLE = STANDING.filter(
  (_, index) => process.env['HOLDFAST_TEST_FULL'] === '1' || index % 2 === SEED % 2,
);

function drill(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'drill/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test(
  `a sample of the protocol's faults is valid, each by a fault that fired (seed ${SEED})`,
  { timeout: 300_000 },
  async () => {
    const only = SAMPLE.flatMap((name) => ['--only', name]);
    const { code, stdout } = await drill(['--json', '--seed', String(SEED), ...only]);
    const { rows } = JSON.parse(stdout) as { readonly rows: readonly Told[] };
    const told = rows.map(({ name, verdict, findings }) => ({ name, verdict, findings }));
    expect(told.toSorted((a, b) => a.name.localeCompare(b.name))).toStrictEqual(
      SAMPLE.toSorted((a, b) => a.localeCompare(b)).map((name) => ({ name, verdict: 'valid', findings: [] })),
    );
    expect(rows.filter(({ injected }) => injected === 0)).toStrictEqual([]);
    expect(code).toBe(0);
  },
);

describe('the rows of the protocol', () => {
  test('have names of their own, sentences, and a layer each', () => {
    const faults = faultsOf(allRows());
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    expect(faults.length).toBeGreaterThan(100);
    for (const { about, holds } of faults) {
      expect(about).toMatch(/^[^a-z].*\.$/);
      expect(holds).toMatch(/\.$/);
    }
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
const fault = { type: 'fault', n: 1, at: 100, name: '500' } as const;

/** Requests at these times, the first of which was answered with the fault 10 ms later. */
function ledgerOf(...at: readonly number[]): Ledger {
  const requests = at.map((each, index) => {
    return { type: 'request', n: index + 1, at: each, url: '/oai', verb: 'ListRecords', params: {} } as const;
  });
  const answer = { type: 'response', n: 1, at: (at[0] ?? 0) + 10, status: 500, fault: '500' } as const;
  return new Ledger([truth, ...requests, answer, fault]);
}

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

const kept = { withholds: false, owed: false };

describe('what a row counts', () => {
  test.each([
    ['nothing when everything is there once', ['a', 'b', 'c'], {}],
    ['what is missing', ['a', 'c'], { lost: 1 }],
    ['what is there twice', ['a', 'b', 'b', 'c'], { duplicated: 1 }],
    ['what was never published', ['a', 'b', 'c', 'd'], { unexpected: 1 }],
  ])('%s', (_, ids, counts) => {
    const none = { lost: 0, duplicated: 0, unexpected: 0 };
    expect(countRow(ledgerOf(100), shown(ids), kept)).toMatchObject({ ...none, ...counts });
  });

  test('what a gap names, by itself or by its days, is not lost', () => {
    const gap = { source: 's1', reason: '', state: 'open' };
    const named = shown(['a', 'c'], { gaps: [{ ...gap, id: 'b' }] });
    const range = shown(['a', 'c'], { gaps: [{ ...gap, range: 'list/2026-01-02..2026-01-03' }] });
    const other = shown(['a', 'c'], { gaps: [{ ...gap, range: 'list/2026-01-01..2026-01-02' }] });
    const lost = [named, range, other].map((what) => countRow(ledgerOf(100), what, kept).lost);
    expect(lost).toStrictEqual([0, 0, 1]);
  });

  test('a fault as often as its flag says, and at least once where that is open', () => {
    const spec = { kind: 'oai-pmh', records: 3, pageSize: 1 } as const;
    const row = { name: 'r', about: '', upstreams: [{ ...spec, faults: [] }] } as const;
    const fired = (...faults: string[]): Pick<Played, 'injected' | 'wanted'> =>
      firedIn(row, [{ ...spec, faults }], [ledgerOf(100)], { exit: 0, checks: [] });
    expect(fired('500@1')).toStrictEqual({ injected: 1, wanted: 1 });
    expect(fired('500@1x3')).toStrictEqual({ injected: 1, wanted: 3 });
    expect(fired('500@1x*')).toStrictEqual({ injected: 1, wanted: 'some' });
    expect(fired('406@1')).toStrictEqual({ injected: 0, wanted: 1 });
  });
});

describe('what a row looks at beside the records', () => {
  test('requests that come too soon', () => {
    expect(spaced(ledgerOf(100, 120, 140), 20).ok).toBe(true);
    expect(spaced(ledgerOf(100, 119, 140), 20).ok).toBe(false);
    expect(pausesAfter(ledgerOf(100, 1_200), '500', 1_000).ok).toBe(true);
    expect(pausesAfter(ledgerOf(100, 1_000), '500', 1_000).ok).toBe(false);
    expect(pausesAfter(ledgerOf(100), '500', 1_000).ok).toBe(false);
  });

  test('a hash that is not that of its line', () => {
    expect(hashesHold(shown(['a']).papers)).toMatchObject({ ok: false, seen: '1 of 1 differ' });
    expect(hashesHold([]).ok).toBe(true);
  });

  test('the first word about a fault, and the first thing that was got after it', () => {
    const events = [
      { kind: 'commit', at: 90, inserted: 1 },
      { kind: 'wait', at: 105, wait: { why: 'interval', reason: '', until: null, attempt: 0, error: null } },
      { kind: 'state', at: 112, state: 'waiting' },
      { kind: 'commit', at: 150, inserted: 1 },
    ];
    expect(timesOf(events, [ledgerOf(100)])).toStrictEqual({ detectMs: 12, recoverMs: 40 });
    expect(timesOf([], [ledgerOf(100)])).toStrictEqual({ detectMs: null, recoverMs: null });
  });
});

import type { Row } from '../drill/judge.ts';
import { summarise, type About, type Report } from '../drill/report/report.ts';

/** When the made-up drills of the tests began, wall ms. */
export const BEGAN = Date.UTC(2026, 10, 22, 12);

/** A row as a drill makes it, changed where a test needs it. */
export function rowOf(change: Partial<Row> = {}): Row {
  return {
    name: 'network off and on',
    layer: 'network',
    about: 'The network goes away.',
    holds: 'It goes on when the network is back.',
    injected: 3,
    verdict: 'valid',
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: true,
    detectMs: 120,
    recoverMs: 2_400,
    requestsWasted: 4,
    traffic: 40,
    findings: [],
    evidence: '40 requests, 300 records',
    startedAt: BEGAN,
    tookMs: 4_000,
    replay: 'holdfast drill --only "network off and on" --seed 7',
    ...change,
  };
}

/** Text that would do harm wherever it is not escaped. */
export const HOSTILE = '<img src=x onerror=alert(1)> & "quoted" \u001b[2J\u0000 ]]> \uD800 \u202E 漢字';

/** One row of each verdict, in three layers. */
export const MIXED: readonly Row[] = [
  rowOf(),
  rowOf({
    name: 'disk full',
    layer: 'storage',
    verdict: 'invalid',
    lost: 2,
    startedAt: BEGAN + 1_000,
    findings: ['2 lost (I1)', `not so: the log is whole: ${HOSTILE}`],
    evidence: HOSTILE,
    replay: 'holdfast drill --only "disk full" --seed 7',
  }),
  rowOf({
    name: 'slow disk',
    layer: 'storage',
    verdict: 'unknown',
    injected: 0,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    startedAt: BEGAN + 4_000,
    findings: ['the fault fired 0 times, not some'],
    counts: { seeds: 1_000 },
    replay: 'holdfast drill --only "slow disk" --seed 7',
  }),
  rowOf({
    name: 'real suspend',
    layer: 'machine',
    verdict: 'not-covered',
    startedAt: BEGAN + 4_500,
    tookMs: 0,
    findings: ['needs a machine that sleeps'],
    evidence: '',
  }),
];

/** A report over rows. */
export function reportOf(rows: readonly Row[], change: Partial<About> = {}): Report {
  const about = {
    size: 'quick',
    startedAt: new Date(BEGAN).toISOString(),
    tookMs: 9_000,
    platform: 'linux-x64',
    node: 'v26.0.0',
    machine: 'Linux 6.18 x64, 2 cores, 8.0 GiB',
  };
  return { seed: 7, version: '1.2.3', rows, summary: summarise(rows, { ...about, ...change }) };
}

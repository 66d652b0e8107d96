import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exampleReport,
  exampleSource,
  exampleSupervisor,
  incidentOf,
  NOW,
} from '../../status/testing/example-report.ts';
import type { StatusReport } from '../../status/status-report.ts';
import { lookOf } from '../terminal/style.ts';
import { width } from '../terminal/width.ts';
import { testIo } from '../testing/test-io.ts';
import { dayBar } from './day-bar.ts';
import { shortSpan } from './quantities.ts';
import { renderStatus } from './render-status.ts';

const look = lookOf(testIo({ isTTY: true }));
const ascii = lookOf(testIo({ isTTY: true }), { plain: true });
const asleep = `${'o'.repeat(18)}${'z'.repeat(12)}${'o'.repeat(17)}w`;

function report(): StatusReport {
  const base = exampleReport();
  return {
    ...base,
    engine: {
      ...base.engine,
      uptimeSeconds: 1_051_200,
      version: '0.4.0',
      restarts: { crash: 1, operator: 0, update: 2, watchdog: 0, oom: 0 },
    },
    store: { ...base.store, records: 1_284_113, bytes: 2_100_000_000, quarantined: 3, gapsOpen: 1 },
    disk: { freeBytes: 41e9, usedBytes: 2.1e9, walBytes: 0, maxDisk: 50e9, fullInDays: 214.7 },
    sources: [
      exampleSource({
        id: 'arxiv',
        state: 'waiting',
        reason: 'HTTP 503 since 01:40: our own backoff, nothing lost \u001b[31m',
        attempt: 4,
        lastSuccessAt: new Date(NOW - 1_260_000).toISOString(),
        nextAttemptAt: new Date(NOW + 190_000).toISOString(),
        recordsTotal: 1_284_113,
        timeline: asleep,
      }),
      exampleSource({ id: 'biorxiv', windows: { open: 2, sealed: 1, verified: 4, gap: 0 } }),
    ],
    incidents: [
      incidentOf({ scope: 'example.org', startedAt: NOW - 1_200_000, recoveredAt: null }),
      incidentOf({
        cause: 'asleep',
        scope: 'machine',
        startedAt: NOW - 7_200_000,
        detectedAt: NOW - 3_600_000,
        recoveredAt: NOW - 3_504_000,
        recordsAffected: 412,
      }),
    ],
  };
}

const lines = (of: StatusReport, columns = 80): string[] =>
  renderStatus(of, { ...look, columns }, NOW).map(stripVTControlCharacters);

describe('the status for people', () => {
  it('fits into 80 columns and reads without colours', () => {
    expect(lines(report())).toEqual([
      '● RUNNING  up 12d 4h · pid 4121 · restarts 1 crash, 2 update · v0.4.0',
      '  Store 1,284,113 records · 2.1 GB',
      '  Disk 41.0 GB free · bound 50.0 GB · full in 214 days',
      '',
      'SOURCE     STATE          FRESH  24h ▏now                    RECORDS  NEXT',
      'arxiv      ▲ waiting        21m  ▇▇▇▇▇▇▇▇▇░░░░░░▇▇▇▇▇▇▇▇▄  1,284,113  in 3m 10s',
      '           └ try 4, HTTP 503 since 01:40: our own backoff, nothing lost ',
      'biorxiv    ✓ ok             42s  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇         10  -',
      '',
      'Incidents, last 24 h (UTC)',
      '  01:40-now   example.org   outage         detect 3s     recover -',
      '  00:00-01:01 machine       asleep         detect 1h     recover 1m 36s late 412',
      '',
      'Windows open 2 · quarantine 3 (holdfast quarantine) · gaps 1 (holdfast gaps)',
      'Next: holdfast retry arxiv · holdfast gaps · holdfast quarantine',
    ]);
  });

  it('names in its head another child than the engine that does not work, and when it starts again', () => {
    const drawn = (server: Parameters<typeof exampleSupervisor>[0]): string[] =>
      lines({ ...report(), supervisor: exampleSupervisor(server) }).slice(0, 4);
    const nextStartAt = new Date(NOW + 600_000).toISOString();
    expect(drawn({ mode: 'cooling-down', pid: null, nextStartAt })[1]).toBe(
      '  server COOLING-DOWN, starts again in 10m',
    );
    expect(drawn({ mode: 'hung' })[1]).toBe('  server HUNG, gives no sign of life');
    expect(drawn({}).join()).not.toContain('server');
  });

  it('is ASCII without colours when it is to be plain', () => {
    const text = renderStatus(report(), ascii, NOW).join('\n');
    expect(text).toMatch(/^RUNNING {2}up 12d 4h \| pid 4121/);
    expect(text).toContain('ooooooooozzzzzzoooooooow');
    expect(text).not.toMatch(/[^\n -~]/);
  });

  it('is never wider than the terminal and passes on no control character', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), hostile, hostile, (columns, id, text) => {
        const base = report();
        const drawn = renderStatus(
          {
            ...base,
            sources: [exampleSource({ id, reason: text, state: 'waiting', attempt: 1 })],
            incidents: [incidentOf({ scope: text })],
          },
          { ...look, colour: false, columns },
          NOW,
        );
        expect(drawn.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(Math.max(...drawn.map(width))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('says when an engine that cools down is started again', () => {
    const base = report();
    const nextStartAt = new Date(NOW + 240_000).toISOString();
    const cooling = {
      ...base,
      engine: { ...base.engine, state: 'cooling-down' as const, pid: null, nextStartAt },
    };
    expect(lines(cooling)[0]).toMatch(/^○ COOLING-DOWN {2}starts again in 4m · /);
  });
});

describe('the bar of a day', () => {
  it('shows the worst half of each hour', () => {
    expect(dayBar('oooooowo..zz', look)).toBe('▇▇▇▄·░');
    expect(dayBar('oooooowo..zz', ascii)).toBe('ooow.z');
  });
});

describe('a short span', () => {
  it.each([
    [0, '0s'],
    [59_999, '59s'],
    [3_599_999, '59m'],
    [86_399_999, '23h'],
    [3 * 86_400_000, '3d'],
  ])('of %d ms is %s', (ms, text) => expect(shortSpan(ms)).toBe(text));
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.ts';
import type { SourceState, StoreReader } from '../../store/port.ts';
import { lookOf } from '../terminal/style.ts';
import { width } from '../terminal/width.ts';
import { testIo } from '../testing/test-io.ts';
import { exitCodeOfStatus } from '../../status/degraded.ts';
import { withLive } from '../../status/live-status.ts';
import { renderStatus } from './render-status.ts';
import { statusFromStore } from '../../status/status-from-store.ts';
import type { StatusReport } from '../../status/status-report.ts';

const NOW = Date.UTC(2026, 10, 22, 2);
const { config } = resolveConfig({ flags: {}, env: {}, cwd: '/nowhere', platform: 'linux', home: '/home/a' });
const stopped = { state: 'stopped', pid: null, version: '0.1.0' } as const;

const arxiv: SourceState = {
  id: 'arxiv',
  kind: 'arxiv',
  from: '2026-10-23',
  watermark: '2026-11-22T01:00:00Z',
  memory: {},
  state: 'waiting',
  reason: 'HTTP 503 since 01:40: our own backoff, nothing lost \u001b[31m',
  nextAttemptAt: NOW + 190_000,
  attempt: 4,
  lastSuccessAt: NOW - 1_260_000,
  failures: 4,
  retries: 3,
};

function reader(): StoreReader {
  const stats = {
    records: 1_284_113,
    quarantined: 3,
    gapsOpen: 1,
    gapsConfirmedAbsent: 0,
    bytes: 2_100_000_000,
    walBytes: 0,
    schemaVersion: 1,
    lastSeq: 9n,
    indexedSeq: 9n,
    perSource: [
      {
        source: 'arxiv',
        records: 1_284_113,
        newestDatestamp: '2026-11-21',
        windows: { open: 2, sealed: 1, verified: 40, gap: 0 },
      },
    ],
  };
  return {
    stats: () => Promise.resolve(stats),
    sources: () => Promise.resolve([arxiv]),
  } as Partial<StoreReader> as StoreReader;
}

const live = {
  engine: {
    state: 'running',
    pid: 4121,
    uptimeSeconds: 1_051_200,
    version: '0.4.0',
    restarts: { crash: 1, operator: 0, update: 2, watchdog: 0, oom: 0 },
  },
  connectionHealth: { failures: 5, totalRetries: 6, lastSuccessfulFetch: null, uptimeHours: 292 },
  sources: [{ id: 'biorxiv', state: 'ok', reason: '', nextAttemptAt: null, attempt: 0 }],
} as const;

describe('the status for people', () => {
  it('fits into 80 columns and reads without colours', async () => {
    const report = withLive(await statusFromStore(config, reader(), stopped), live);
    const lines = renderStatus(report, lookOf(testIo({ isTTY: true })), NOW).map(stripVTControlCharacters);
    expect(lines).toEqual([
      '● RUNNING  up 12d 4h · pid 4121 · restarts 1 crash, 2 update · v0.4.0',
      '  Store 1,284,113 records · 2.1 GB',
      '',
      'SOURCE        STATE               RECORDS     FRESH  NEXT',
      'arxiv         ▲ waiting         1,284,113       21m  in 3m 10s',
      '              └ try 4, HTTP 503 since 01:40: our own backoff, nothing lost ',
      'biorxiv       ✓ ok                      0         -  -',
      '',
      'Windows open 2 · quarantine 3 (holdfast quarantine) · gaps 1 (holdfast gaps)',
      'Next: holdfast retry arxiv',
    ]);
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(80);
  });

  it('is ASCII without colours when it is to be plain', async () => {
    const report = await statusFromStore(config, reader(), stopped);
    const text = renderStatus(report, lookOf(testIo({ isTTY: true }), { plain: true }), NOW).join('\n');
    expect(text).toMatch(/^STOPPED {2}v0\.1\.0\n/);
    expect(text).not.toMatch(/[^\n -~]/);
  });
});

describe('the status as JSON', () => {
  it('has the fields of the contract, from the store alone', async () => {
    const report = await statusFromStore(config, reader(), stopped);
    expect(report.engine).toEqual({
      state: 'stopped',
      pid: null,
      uptimeSeconds: 0,
      version: '0.1.0',
      restarts: { crash: 0, operator: 0, update: 0, watchdog: 0, oom: 0 },
    });
    expect(report.connectionHealth).toEqual({
      failures: 4,
      totalRetries: 3,
      lastSuccessfulFetch: '2026-11-22T01:39:00.000Z',
      uptimeHours: 0,
    });
    expect(report.store).toEqual({
      records: 1_284_113,
      quarantined: 3,
      gapsOpen: 1,
      auditCompleteUntil: null,
      schemaVersion: 1,
      bytes: 2_100_000_000,
    });
    expect(report.sources[0]).toEqual({
      id: 'arxiv',
      kind: 'arxiv',
      state: 'waiting',
      reason: arxiv.reason,
      watermark: '2026-11-22T01:00:00Z',
      lastSuccessAt: '2026-11-22T01:39:00.000Z',
      nextAttemptAt: '2026-11-22T02:03:10.000Z',
      attempt: 4,
      recordsTotal: 1_284_113,
      windows: { open: 2, sealed: 1, verified: 40, gap: 0 },
    });
    expect(report.sources[1]?.reason).toBe('never harvested yet');
    expect(report.incidents).toEqual([]);
  });

  it('is whole before the first harvest too', async () => {
    const report = await statusFromStore(config, null, stopped);
    expect(report.store.records).toBe(0);
    expect(report.sources.map(({ id, state }) => [id, state])).toEqual([
      ['arxiv', 'catching-up'],
      ['biorxiv', 'catching-up'],
    ]);
  });
});

describe('the exit code of a status', () => {
  const healthy: StatusReport = {
    engine: { state: 'running', pid: 1, uptimeSeconds: 1, version: '0', restarts: live.engine.restarts },
    connectionHealth: live.connectionHealth,
    store: { records: 1, quarantined: 0, gapsOpen: 0, auditCompleteUntil: null, schemaVersion: 1, bytes: 1 },
    sources: [],
    incidents: [],
  };

  it.each([
    ['nothing', healthy, 0],
    ['a quarantined record', { ...healthy, store: { ...healthy.store, quarantined: 1 } }, 4],
    ['an open gap', { ...healthy, store: { ...healthy.store, gapsOpen: 1 } }, 4],
    ['a cooldown', { ...healthy, engine: { ...healthy.engine, state: 'cooling-down' as const } }, 4],
  ])('with %s unresolved is %o', (_, report, code) => {
    expect(exitCodeOfStatus(report)).toBe(code);
  });
});

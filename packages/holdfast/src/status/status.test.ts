import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.ts';
import { NO_RESTARTS } from '../model/engine-message.ts';
import type { ChildMode, ChildStatus } from '../model/supervisor-status.ts';
import type { SourceState, StoreReader, StoreStats } from '../store/port.ts';
import { exitCodeOfStatus } from './degraded.ts';
import { engineTrace } from './engine-trace.ts';
import type { TraceParts } from './engine-trace.ts';
import { lastDayFrom, lastDays, UNKNOWN_DAY } from './last-day.ts';
import type { LiveStatus } from './live-status.ts';
import { statusFromStore } from './status-from-store.ts';
import type { Told } from './status-from-store.ts';
import { exampleIncident, NOW } from './testing/example-report.ts';

const { config } = resolveConfig({ flags: {}, env: {}, cwd: '/nowhere', platform: 'linux', home: '/home/a' });
const HOUR = 3_600_000;

const arxiv: SourceState = {
  id: 'arxiv',
  kind: 'arxiv',
  from: '2026-10-23',
  watermark: '2026-11-22T01:00:00Z',
  memory: {},
  state: 'waiting',
  reason: 'HTTP 503 since 01:40: our own backoff, nothing lost',
  nextAttemptAt: NOW + 190_000,
  attempt: 4,
  lastSuccessAt: NOW - 1_260_000,
  failures: 4,
  retries: 3,
};

const stats: StoreStats = {
  records: 1_284_113,
  quarantined: 3,
  gapsOpen: 1,
  gapsConfirmedAbsent: 0,
  bytes: 2_100_000_000,
  walBytes: 10,
  freeBytes: 0,
  schemaVersion: 3,
  lastSeq: 9n,
  indexedSeq: 9n,
  perSource: [
    {
      source: 'arxiv',
      records: 1_284_113,
      newestDatestamp: '2026-11-21',
      gapsOpen: 2,
      windows: { open: 2, sealed: 1, verified: 40, gap: 0 },
    },
  ],
};

function reader(change: Partial<StoreReader> = {}): StoreReader {
  return {
    stats: () => Promise.resolve(stats),
    sources: () => Promise.resolve([arxiv]),
    timelines: () => Promise.resolve([]),
    incidents: () => Promise.resolve([]),
    diskSamples: () => Promise.resolve([]),
    windows: () => Promise.resolve([]),
    gaps: () => Promise.resolve([]),
    audits: () => Promise.resolve([]),
    ...change,
  } as Partial<StoreReader> as StoreReader;
}

function trace(parts: Partial<TraceParts> = {}) {
  return engineTrace({
    reply: 'nobody',
    child: null,
    owned: () => false,
    version: '0.1.0',
    now: NOW,
    ...parts,
  });
}

function told(change: Partial<Told> = {}): Told {
  return { engine: trace(), supervisor: null, live: null, now: NOW, ...change };
}

const live: LiveStatus = {
  engine: { state: 'running', pid: 4121, uptimeSeconds: 60, version: '0.4.0', restarts: NO_RESTARTS },
  connectionHealth: { failures: 5, totalRetries: 6, lastSuccessfulFetch: null, uptimeHours: 292 },
  sources: [{ id: 'biorxiv', state: 'ok', reason: '', nextAttemptAt: null, attempt: 0 }],
  machine: {
    network: 'down',
    networkSince: NOW - 1000,
    lastSleep: { endedAt: NOW, ms: 90_500 },
    lastClockStep: null,
    keptAwake: { state: 'partly', says: 'idle sleep only' },
  },
};

describe('the status of a store without an engine', () => {
  it('has the fields of the contract', async () => {
    const report = await statusFromStore(config, reader(), told());
    expect(report.engine).toMatchObject({
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
      schemaVersion: 3,
      backup: null,
      bytes: 2_100_000_010,
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
      waitsForDisk: false,
      recordsTotal: 1_284_113,
      gapsOpen: 2,
      windows: { open: 2, sealed: 1, verified: 40, gap: 0 },
      newestDatestamp: '2026-11-21',
      auditCompleteUntil: null,
      freshness: { lagSeconds: 3_600, stalenessSeconds: 1_260, targetSeconds: null, late: false },
      timeline: UNKNOWN_DAY,
    });
    expect(report.sources[1]?.reason).toBe('never harvested yet');
    expect(report.incidents).toEqual([]);
    expect(exitCodeOfStatus(report)).toBe(3);
  });

  it('says up to which day all its sources are complete', async () => {
    const [first] = config.sources;
    if (first === undefined) throw new Error('no source is configured');
    const window = {
      key: 'arxiv/list/2026-10-23..2026-11-20',
      source: 'arxiv',
      stream: 'list',
      from: '2026-10-23',
      to: '2026-11-20',
      lane: 'backfill' as const,
      state: 'VERIFIED' as const,
      look: 3,
      cursor: '',
      nextAt: null,
      attempts: 0,
      reason: '',
      serverDate: null,
      lookedAt: NOW,
      records: 1,
      pages: 1,
    };
    const asked: string[] = [];
    const audited = reader({
      windows: (id) => {
        asked.push(id);
        return Promise.resolve([window]);
      },
    });
    const alone = { ...config, sources: [first] };
    const one = await statusFromStore(alone, audited, told());
    expect(one.store.auditCompleteUntil).toBe('2026-11-20');
    expect(one.sources[0]?.auditCompleteUntil).toBe('2026-11-20');
    expect((await statusFromStore(alone, audited, told({ now: NOW + 1_000 }))).store).toEqual(one.store);
    expect(asked).toEqual(['arxiv']);
    const both = reader({ windows: (id) => Promise.resolve(id === 'arxiv' ? [window] : []) });
    expect((await statusFromStore(config, both, told())).store.auditCompleteUntil).toBeNull();
  });

  it('is whole before the first harvest too', async () => {
    const report = await statusFromStore(config, null, told());
    expect(report.store.records).toBe(0);
    expect(report.sources.map(({ id, state }) => [id, state])).toEqual([
      ['arxiv', 'catching-up'],
      ['biorxiv', 'catching-up'],
    ]);
  });

  it('forecasts when the disk will be full', async () => {
    const diskSamples = [19, 20, 21].map((day) => ({ day: `2026-11-${day}`, bytes: day * 1e9 }));
    const grown = reader({ diskSamples: () => Promise.resolve(diskSamples) });
    const { disk } = await statusFromStore({ ...config, maxDisk: 21.5e9 }, grown, told());
    expect(disk).toMatchObject({ usedBytes: 2_100_000_010, walBytes: 10, maxDisk: 21.5e9, fullInDays: 0.5 });
  });

  it('does not stay green when the target of a source has passed', async () => {
    const [source] = config.sources;
    if (source === undefined) throw new Error('no source is configured');
    const sources = [{ ...source, id: 'arxiv', kind: 'oai-pmh' as const, expect: 12 * HOUR }];
    const quiet = { ...arxiv, state: 'ok', reason: '' };
    const stored = reader({ sources: () => Promise.resolve([quiet]) });
    const later = told({ now: NOW + 24 * HOUR });
    const [shown] = (await statusFromStore({ ...config, sources }, stored, later)).sources;
    expect(shown).toMatchObject({ state: 'stale', freshness: { late: true, targetSeconds: 43_200 } });
  });
});

describe('the status with a running engine', () => {
  it('lays what the engine says over what the store says', async () => {
    const report = await statusFromStore(
      config,
      reader(),
      told({ engine: trace({ reply: 'result' }), live }),
    );
    expect(report.engine).toMatchObject({ state: 'running', pid: 4121, version: '0.4.0' });
    expect(report.connectionHealth.lastSuccessfulFetch).toBe('2026-11-22T01:39:00.000Z');
    expect(report.sources.map(({ id, state, recordsTotal }) => [id, state, recordsTotal])).toEqual([
      ['arxiv', 'waiting', 1_284_113],
      ['biorxiv', 'ok', 0],
    ]);
    expect(report.machine).toEqual({
      network: 'down',
      networkSince: '2026-11-22T01:59:59.000Z',
      awake: { state: 'partly', says: 'idle sleep only' },
      lastSleep: { endedAt: '2026-11-22T02:00:00.000Z', seconds: 90.5 },
      lastClockStep: null,
    });
  });

  it('shows incidents that last and those of the last day, newest first and at most fifty', async () => {
    const open = Array.from({ length: 30 }, (_, n) =>
      exampleIncident({ id: `open-${n}`, startedAt: NOW - 40 * HOUR - n, recoveredAt: null }),
    );
    const over = Array.from({ length: 30 }, (_, n) => exampleIncident({ id: `over-${n}` }));
    const report = await statusFromStore(
      config,
      reader({ incidents: (query) => Promise.resolve(query?.open === true ? open : over) }),
      told(),
    );
    expect(report.incidents).toHaveLength(50);
    expect(report.incidents.filter(({ state }) => state === 'open')).toHaveLength(30);
    expect(report.incidents[0]).toMatchObject({ id: 'over-0', detectMs: 3_000, recoverMs: 2_997_000 });
  });
});

describe('the last day of a source', () => {
  it('takes the worst of each half-hour, over midnight, and knows rolled-up days', () => {
    const today = `${'o'.repeat(23)}w${'.'.repeat(264)}`;
    const yesterday = `${'z'.repeat(12)}${'f'.repeat(12)}`;
    const line =
      lastDays(
        [
          { source: 's', day: '2026-11-22', slots: today },
          { source: 's', day: '2026-11-21', slots: yesterday },
        ],
        NOW,
      ).get('s') ?? '';
    expect(line).toHaveLength(48);
    expect(line).toBe(`${'z'.repeat(19)}${'f'.repeat(24)}ooow.`);
    expect(lastDayFrom(NOW)).toBe(NOW - 47 * 1_800_000);
  });

  it('is that day alone in its last half-hour', () => {
    const days = ['2026-11-21', '2026-11-22'].map((day, index) => ({
      source: 's',
      day,
      slots: (index === 0 ? 'z' : 'o').repeat(288),
    }));
    expect(lastDays(days, Date.UTC(2026, 10, 22, 23, 45)).get('s')).toBe('o'.repeat(48));
    expect(lastDays(days, Date.UTC(2026, 10, 22, 23, 15)).get('s')).toBe(`z${'o'.repeat(47)}`);
  });
});

describe('the state of the engine', () => {
  const child = (mode: ChildMode): ChildStatus => ({
    name: 'engine',
    mode,
    pid: 7,
    since: NOW,
    startedAt: NOW - 5_000,
    nextStartAt: null,
    lastHeartbeatAt: null,
    progress: 0,
    rss: null,
    restarts: { ...NO_RESTARTS, crash: 2 },
  });

  it.each<[string, Partial<TraceParts>, string]>([
    ['nobody answers and nobody owns the store', {}, 'stopped'],
    ['nobody answers but the store is owned', { owned: () => true }, 'starting'],
    ['one listens and is silent', { reply: 'silent' }, 'hung'],
    ['it answers', { reply: 'result' }, 'running'],
    ['its supervisor says that it hangs', { reply: null, child: child('hung') }, 'hung'],
    ['its supervisor lets it cool down', { reply: null, child: child('cooling-down') }, 'cooling-down'],
    ['it is about to be started again', { reply: null, child: child('delayed') }, 'starting'],
    ['it is busy and beats', { reply: 'silent', child: child('running') }, 'running'],
    ['its supervisor has ended it', { reply: null, child: child('ended') }, 'stopped'],
  ])('when %s', (_, parts, state) => expect(trace(parts).state).toBe(state));

  it('counts restarts and uptime as the supervisor does', () => {
    expect(trace({ reply: null, child: child('running') })).toMatchObject({
      pid: 7,
      uptimeSeconds: 5,
      restarts: { crash: 2 },
    });
  });
});

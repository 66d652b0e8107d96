import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleReport, exampleSource } from '../../status/testing/example-report.ts';
import { exampleMetrics } from '../testing/example-metrics.ts';
import { parseExposition } from '../testing/parse-exposition.ts';
import type { Metric } from '../testing/parse-exposition.ts';
import { exposition } from './exposition.ts';
import { families } from './families.ts';
import type { MetricsParts } from './families.ts';

const STOPPED = { state: 'stopped' as const, pid: null };

function read(parts: Partial<MetricsParts> = {}): ReadonlyMap<string, Metric> {
  const whole: MetricsParts = {
    report: exampleReport({ sources: [exampleSource({ gapsOpen: 2 })] }),
    engine: exampleMetrics(),
    ...parts,
  };
  return new Map(parseExposition(exposition(families(whole))).map((metric) => [metric.name, metric]));
}

function valueOf(metrics: ReadonlyMap<string, Metric>, name: string, labels: Record<string, string> = {}) {
  const { series = [] } = metrics.get(name) ?? {};
  return series.find(
    (each) =>
      each.labels.size === Object.keys(labels).length &&
      Object.entries(labels).every(([key, value]) => each.labels.get(key) === value),
  )?.value;
}

describe('the metrics', () => {
  it('have the names that dashboards rely on', () => {
    const audited = exampleReport();
    const report = { ...audited, store: { ...audited.store, auditCompleteUntil: '2026-11-20' } };
    const sources = [exampleSource({ nextAttemptAt: '2026-11-22T03:00:00.000Z' })];
    const names = [...read({ report: { ...report, sources } }).keys()];
    expect(names).toEqual(
      expect.arrayContaining(
        [
          'records_ingested_total',
          'records_duplicate_suppressed_total',
          'records_quarantined',
          'watermark_timestamp_seconds',
          'last_success_timestamp_seconds',
          'staleness_seconds',
          'next_attempt_timestamp_seconds',
          'audit_complete_until_timestamp_seconds',
          'gaps_open',
          'upstream_requests_total',
          'retry_attempts_total',
          'circuit_state',
          'incidents_total',
          'incident_duration_seconds',
          'process_restarts_total',
          'sleep_seconds_total',
          'clock_jump_seconds',
          'build_info',
          'commit_duration_seconds',
          'wal_bytes',
          'disk_free_bytes',
        ].map((name) => `holdfast_${name}`),
      ),
    );
  });

  it('tell what was counted, in base units', () => {
    const metrics = read();
    expect(valueOf(metrics, 'holdfast_records_ingested_total', { source: 'library', kind: 'delete' })).toBe(
      1,
    );
    expect(valueOf(metrics, 'holdfast_gaps_open', { source: 'library' })).toBe(2);
    expect(valueOf(metrics, 'holdfast_process_restarts_total', { reason: 'oom' })).toBe(0);
    expect(valueOf(metrics, 'holdfast_last_success_timestamp_seconds', { source: 'library' })).toBe(
      Date.parse('2026-11-22T01:59:18Z') / 1000,
    );
    const circuit = { source: 'library.example.org' };
    expect(valueOf(metrics, 'holdfast_circuit_state', { ...circuit, state: 'open' })).toBe(1);
    expect(valueOf(metrics, 'holdfast_circuit_state', { ...circuit, state: 'closed' })).toBe(0);
    expect(valueOf(metrics, 'holdfast_commit_duration_seconds_count')).toBeUndefined();
    expect(metrics.get('holdfast_commit_duration_seconds')?.series.map(({ value }) => value)).toEqual([
      3, 5, 5, 6, 5.25, 6,
    ]);
  });

  it('leave out what is not known instead of calling it 0', () => {
    const base = exampleReport();
    const unknown = { ...base.disk, freeBytes: null, walBytes: null };
    const report = { ...base, disk: unknown, engine: { ...base.engine, ...STOPPED } };
    const source = exampleSource({ watermark: null, lastSuccessAt: null });
    const fresh = { ...source.freshness, stalenessSeconds: null };
    const names = [
      ...read({ report: { ...report, sources: [{ ...source, freshness: fresh }] }, engine: null }),
    ];
    expect(names.map(([name]) => name)).toEqual(['holdfast_build_info', 'holdfast_engine_state']);
  });

  it('stay one well-formed text whatever a source is called', () => {
    const name = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 5 }), (ids) => {
        const sources = ids.map((id) => exampleSource({ id }));
        const found = read({ report: exampleReport({ sources }) });
        const series = found.get('holdfast_gaps_open')?.series ?? [];
        expect(series.map(({ labels }) => labels.get('source'))).toEqual(ids.map((id) => id.toWellFormed()));
      }),
    );
  });
});

describe('docs/endpoints.md', () => {
  it('has every metric with its type and labels, and no other', () => {
    const base = exampleReport();
    const metrics = read({
      report: {
        ...base,
        store: {
          ...base.store,
          auditCompleteUntil: '2026-11-20',
          backup: {
            at: '2026-11-20T00:00:00.000Z',
            ok: true,
            file: 'a.db',
            lastSuccessAt: '2026-11-20T00:00:00.000Z',
          },
        },
        sources: [exampleSource({ nextAttemptAt: '2026-11-22T03:00:00.000Z' })],
      },
    });
    const told = readFileSync(new URL('../../../../../docs/endpoints.md', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `holdfast_'))
      .map((line) =>
        line
          .split('|')
          .slice(1, 4)
          .map((cell) => cell.replaceAll('`', '').trim())
          .join(' '),
      );
    const made = [...metrics.values()].map(
      ({ name, type, series }) =>
        `${name} ${type} ${[...(series[0]?.labels.keys() ?? [])].filter((label) => label !== 'le').join(', ')}`,
    );
    expect(told).toEqual(made);
  });
});

describe('the reader of these tests', () => {
  const good = '# HELP a_total x\n# TYPE a_total counter\na_total{k="v"} 1\n';
  it.each([
    ['nothing before a series', 'a_total 1\n'],
    ['a series twice', `${good}a_total{k="v"} 2\n`],
    ['a metric twice', `${good}${good}`],
    ['a metric without a series', '# HELP a x\n# TYPE a gauge\n'],
    ['no type', '# HELP a x\na 1\n'],
    ['a foreign series', `${good}b 1\n`],
    ['a bare quote', '# HELP a x\n# TYPE a gauge\na{k="v"v"} 1\n'],
    ['no value', '# HELP a x\n# TYPE a gauge\na 0x\n'],
    ['a cut end', good.trimEnd()],
    [
      'buckets that fall',
      '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    ],
  ])('refuses %s', (_, text) => expect(() => parseExposition(text)).toThrow(Error));

  it('takes what is right', () => expect(parseExposition(good)).toHaveLength(1));
});

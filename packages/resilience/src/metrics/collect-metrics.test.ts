import { channel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { InvalidOptionError } from '../errors.ts';
import { CHANNEL } from '../events/publish.ts';
import { BOUNDS, INSTRUMENTS } from '../telemetry/instruments.ts';
import { SAMPLES, sampleEvents } from '../telemetry/testing/sample-events.ts';
import { collectMetrics, CONTENT_TYPES } from './index.ts';
import type { Metrics, MetricSnapshot } from './index.ts';
import { parseExposition } from './testing/parse-exposition.ts';

const all = channel(CHANNEL);
const started: Metrics[] = [];
const collect = (maxSeries?: number): Metrics => {
  const metrics = collectMetrics(maxSeries === undefined ? {} : { maxSeries });
  started.push(metrics);
  return metrics;
};
const succeed = (policy: string, durationMs = 1_500): void =>
  all.publish({ layer: 'policy', event: { ...SAMPLES.policy.success, policy, durationMs } });
const family = (metrics: Metrics, name: string): MetricSnapshot => {
  const found = metrics.snapshot().find((metric) => metric.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

afterEach(() => {
  for (const metrics of started.splice(0)) metrics.stop();
  expect(all.hasSubscribers).toBe(false);
});

describe('what is collected', () => {
  test('counters add up by their labels', () => {
    const metrics = collect();
    succeed('a');
    succeed('a');
    succeed('b');
    expect(family(metrics, 'holdfast_policy_runs')).toEqual({
      name: 'holdfast_policy_runs',
      kind: 'counter',
      description: 'Runs that ended.',
      series: [
        { labels: { policy: 'a', outcome: 'success' }, value: 2 },
        { labels: { policy: 'b', outcome: 'success' }, value: 1 },
      ],
    });
  });

  test('durations fall into buckets whose bound they do not pass', () => {
    const metrics = collect();
    for (const ms of [0, 1, 1.001, 30_000, 100_000_000, 100_000_001]) succeed('a', ms);
    const [series] = family(metrics, 'holdfast_policy_attempt_duration_seconds').series;
    expect(series).toMatchObject({ count: 6, labels: { policy: 'a', outcome: 'success' } });
    expect(series?.value).toBeCloseTo(200_030.003_001, 5);
    expect(series?.buckets).toEqual([
      [0.001, 2],
      ...[0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10].map((bound) => [bound, 3]),
      ...[30, 100, 300, 1_000, 3_000, 10_000, 30_000].map((bound) => [bound, 4]),
      [100_000, 5],
      [Infinity, 6],
    ]);
  });

  test('a state is the latest, and a gauge too', () => {
    const metrics = collect();
    const turn = (to: string): void =>
      all.publish({ layer: 'policy', event: { ...SAMPLES.policy.breaker, to } });
    turn('open');
    turn('half-open');
    const limit = (to: number): void =>
      all.publish({ layer: 'policy', event: { ...SAMPLES.policy.limit, to } });
    limit(10);
    limit(7);
    expect(family(metrics, 'holdfast_breaker_state').series).toEqual([
      { labels: { breaker: 'b', state: 'half-open' }, value: 1 },
    ]);
    expect(family(metrics, 'holdfast_limit_concurrency').series).toEqual([
      { labels: { limit: 'l' }, value: 7 },
    ]);
    const samples = parseExposition(metrics.text()).get('holdfast_breaker_state')?.samples;
    expect(samples?.map(({ labels, value }) => [labels['state'], value])).toEqual([
      ['open', 0],
      ['half-open', 1],
    ]);
  });

  test('after stop nothing is collected, and what was can be read', () => {
    const metrics = collect();
    succeed('a');
    metrics.stop();
    succeed('a');
    expect(family(metrics, 'holdfast_policy_runs').series[0]?.value).toBe(1);
    metrics.stop();
  });

  test('nothing was collected at first', () => {
    const metrics = collect();
    expect(metrics.snapshot()).toEqual([]);
    expect([...parseExposition(metrics.text()).keys()]).toEqual(['holdfast_metrics_folded_total']);
  });
});

describe('the text', () => {
  test('obeys the specification, for every event, and has every metric', () => {
    const metrics = collect();
    for (const entry of sampleEvents) all.publish(entry);
    const families = parseExposition(metrics.text());
    expect(families.size).toBe(Object.keys(INSTRUMENTS).length + 1);
    expect(families.get('holdfast_policy_attempts_total')).toEqual({
      name: 'holdfast_policy_attempts_total',
      type: 'counter',
      help: 'Attempts that ended.',
      samples: [
        {
          name: 'holdfast_policy_attempts_total',
          labels: { policy: 'p', outcome: 'success' },
          value: 1,
        },
        {
          name: 'holdfast_policy_attempts_total',
          labels: { policy: 'p', outcome: 'excused', category: 'network' },
          value: 1,
        },
      ],
    });
    const waits = families.get('holdfast_policy_wait_duration_seconds');
    expect(waits?.type).toBe('histogram');
    expect(waits?.samples.filter(({ name }) => name.endsWith('_bucket'))).toHaveLength(BOUNDS.length + 1);
    expect(waits?.samples.slice(-2)).toEqual([
      {
        name: 'holdfast_policy_wait_duration_seconds_sum',
        labels: { policy: 'p', kind: 'backoff' },
        value: 2,
      },
      {
        name: 'holdfast_policy_wait_duration_seconds_count',
        labels: { policy: 'p', kind: 'backoff' },
        value: 1,
      },
    ]);
  });

  test('any name comes back as it was, up to 120 characters', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 5 }), (names) => {
        const metrics = collect();
        for (const name of names) succeed(name);
        const samples = parseExposition(metrics.text()).get('holdfast_policy_runs_total')?.samples ?? [];
        const expected = new Set(names.map((name) => name.slice(0, 120).toWellFormed()));
        expect(new Set(samples.map(({ labels }) => labels['policy']))).toEqual(expected);
        metrics.stop();
      }),
      { numRuns: 25, examples: [[['a\\nb\n"c"\\']], [['x'.repeat(130)]], [['le="1"} 5']]] },
    );
  });

  test('of OpenMetrics names counters without their suffix, has units and an end', () => {
    const metrics = collect();
    succeed('a', 1);
    const lines = metrics.text('openmetrics').split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '# TYPE holdfast_events counter',
      '# HELP holdfast_events Events of every kind.',
      'holdfast_events_total{layer="policy",event="success"} 1',
    ]);
    expect(lines).toContain('# UNIT holdfast_policy_attempt_duration_seconds seconds');
    expect(lines).toContain(
      'holdfast_policy_attempt_duration_seconds_bucket{policy="a",outcome="success",le="1.0"} 1',
    );
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(metrics.text()).not.toMatch(/# (EOF|UNIT)/);
  });

  test('has its type', () =>
    expect(CONTENT_TYPES).toEqual({
      prometheus: 'text/plain; version=0.0.4; charset=utf-8',
      openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    }));
});

describe('memory has a bound', () => {
  const folded = (metrics: Metrics): number =>
    Number(/^holdfast_metrics_folded_total (\d+)$/m.exec(metrics.text())?.[1]);

  test('names beyond the limit are counted together, and how often that was', () => {
    const metrics = collect(2);
    for (const policy of ['a', 'b', 'c', 'd', 'a']) succeed(policy);
    expect(family(metrics, 'holdfast_policy_runs').series).toEqual([
      { labels: { policy: 'a', outcome: 'success' }, value: 2 },
      { labels: { policy: 'b', outcome: 'success' }, value: 1 },
      { labels: { policy: 'other', outcome: 'success' }, value: 2 },
    ]);
    // c and d, each in attempts, durations and runs.
    expect(folded(metrics)).toBe(6);
  });

  test('when even what the library knows has many values, all is one', () => {
    const metrics = collect(2);
    for (let at = 0; at < 10; at += 1) {
      all.publish({ layer: 'policy', event: { ...SAMPLES.policy.timeout, code: `C${String(at)}` } });
    }
    const { series } = family(metrics, 'holdfast_policy_timeouts');
    expect(series.map(({ labels, value }) => [labels.policy, labels.code, value])).toEqual([
      ['p', 'C0', 1],
      ['p', 'C1', 1],
      ['other', 'C2', 1],
      ['other', 'C3', 1],
      ['other', 'other', 6],
    ]);
  });

  test('names that look like two are one', () => {
    const metrics = collect();
    const started = { type: 'started', run: 1 };
    for (const [supervisor, child] of [
      ['a', 'bc'],
      ['ab', 'c'],
      ['a1:b', 'c'],
    ])
      all.publish({ layer: 'tree', event: { ...started, supervisor, child } });
    expect(family(metrics, 'holdfast_supervisor_starts').series).toHaveLength(3);
  });

  test('states beyond 32 are shown as one', () => {
    const metrics = collect();
    for (let at = 0; at <= 33; at += 1) {
      const event = { ...SAMPLES.policy.breaker, breaker: String(at), to: `s${String(at)}` };
      all.publish({ layer: 'policy', event });
    }
    const states = family(metrics, 'holdfast_breaker_state').series.map(({ labels }) => labels.state);
    expect(states.slice(30)).toEqual(['s30', 's31', 'other', 'other']);
  });

  test('by default 500 sets of labels are kept', () => {
    const metrics = collect();
    for (let at = 0; at < 501; at += 1) succeed(String(at));
    expect(family(metrics, 'holdfast_policy_runs').series).toHaveLength(501);
    expect(folded(metrics)).toBe(3);
    succeed('502');
    expect(family(metrics, 'holdfast_policy_runs').series).toHaveLength(501);
  });

  test.each([0, -1, 1.5, NaN, Infinity])('a limit of %s is refused', (maxSeries) =>
    expect(() => collectMetrics({ maxSeries })).toThrow(InvalidOptionError),
  );
  test('a limit of 1 is the least', () => expect(() => collect(1)).not.toThrow());
});

describe('the parser of the tests refuses', () => {
  const ok = '# HELP a b\n# TYPE a counter\na{x="1"} 1\n';
  test('nothing that is right', () => expect(parseExposition(ok).get('a')?.samples).toHaveLength(1));
  test.each([
    ['a missing end of line', ok.slice(0, -1)],
    ['a second TYPE', ok.replace('# TYPE a counter\n', '# TYPE a counter\n# TYPE a counter\n')],
    ['a second HELP', ok.replace('# TYPE', '# HELP a c\n# TYPE')],
    ['a type that does not exist', ok.replace('counter', 'number')],
    ['a sample without a family', 'a 1\n'],
    ['a sample of another family', `${ok}b 1\n`],
    ['the same series twice', `${ok}a{x="1"} 2\n`],
    ['a second group', `${ok}# HELP b c\n# TYPE b gauge\nb 1\n# HELP a b\n`],
    ['an escape that does not exist', ok.replace('"1"', String.raw`"\t"`)],
    ['a quote that is not escaped', ok.replace('"1"', '"1"2"')],
    ['a value that is none', ok.replace('} 1', '} one')],
    ['a counter below 0', ok.replace('} 1', '} -1')],
  ])('%s', (_, text) => expect(() => parseExposition(text)).toThrow());
  const histogram = (lines: string): string => `# HELP h b\n# TYPE h histogram\n${lines}\n`;
  const good = 'h_bucket{le="1.0"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2';
  test('no histogram that is right', () => expect(() => parseExposition(histogram(good))).not.toThrow());
  test.each([
    ['without +Inf', good.replace('+Inf', '2.0')],
    ['that is not cumulative', good.replace('"1.0"} 1', '"1.0"} 3')],
    ['whose count is another', good.replace('h_count 2', 'h_count 3')],
    ['without a sum', good.replace('h_sum 3\n', '')],
  ])('a histogram %s', (_, lines) => expect(() => parseExposition(histogram(lines))).toThrow());
});

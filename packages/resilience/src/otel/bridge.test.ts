import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import * as api from '@opentelemetry/api';
import type { Context, ContextManager } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/index.ts';
import { InvalidOptionError } from '../errors.ts';
import { CHANNEL } from '../events/publish.ts';
import { constant } from '../policy/backoff/backoff.ts';
import { resilient } from '../policy/pipeline/resilient.ts';
import type { Policy } from '../policy/pipeline/resilient.ts';
import { SAMPLES, sampleEvents } from '../telemetry/testing/sample-events.ts';
import { INSTRUMENTS } from '../telemetry/instruments.ts';
import { bridgeToOpenTelemetry } from './index.ts';
import type { OpenTelemetryOptions } from './index.ts';

const all = channel(CHANNEL);
const stops: (() => void)[] = [];
const bridge = (options: OpenTelemetryOptions): (() => void) => {
  const stop = bridgeToOpenTelemetry(options);
  stops.push(stop);
  return stop;
};
const publish = (event: object): void => all.publish({ layer: 'policy', event });

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  expect(all.hasSubscribers).toBe(false);
});

/** A tracer of the real SDK that keeps what it made. */
function tracing(): { readonly trace: TracerProvider; readonly spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const trace = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { trace, spans: () => exporter.getFinishedSpans() };
}

interface Point {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly points: readonly { readonly attributes: object; readonly value: unknown }[];
}

/** A meter of the real SDK, and what it would send. */
function metering(): { readonly metrics: MeterProvider; readonly read: () => Promise<Point[]> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const metrics = new MeterProvider({ readers: [reader] });
  const read = async (): Promise<Point[]> => {
    await metrics.forceFlush();
    const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    return scopes.flatMap((scope) =>
      scope.metrics.map(({ descriptor: { name, unit, description }, dataPoints }) => ({
        name,
        unit,
        description,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      })),
    );
  };
  return { metrics, read };
}

const reset = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET' });

/** A policy that waits 2 s between three tries, and a call of it that fails so often. */
function failing(times: number): { readonly clock: VirtualClock; readonly run: () => Promise<unknown> } {
  const clock = new VirtualClock();
  const policy: Policy = resilient('arxiv', {
    retry: { network: { attempts: 2, backoff: constant('2s') } },
    clock,
    random: { next: () => 0.5 },
  });
  let left = times;
  const run = (): Promise<unknown> =>
    policy.run(() => {
      left -= 1;
      if (left >= 0) throw reset();
      return 'done';
    });
  return { clock, run };
}

const eventsOf = (span: ReadableSpan | undefined): string[] => span?.events.map(({ name }) => name) ?? [];

describe('the span of a run', () => {
  test('with two retries has every attempt and wait, and succeeds', async () => {
    const { trace, spans } = tracing();
    bridge({ trace });
    const { clock, run } = failing(2);
    const result = run();
    await clock.advance(4_000);
    expect(await result).toBe('done');
    const [span] = spans();
    expect(spans()).toHaveLength(1);
    expect(span?.name).toBe('run arxiv');
    expect(span?.instrumentationScope.name).toBe('@holdfast/resilience');
    expect(span?.status).toEqual({ code: api.SpanStatusCode.UNSET });
    expect(span?.attributes).toEqual({
      'holdfast.policy.name': 'arxiv',
      'holdfast.policy.attempts': 3,
      'holdfast.outcome': 'success',
    });
    const once = ['holdfast.attempt', 'holdfast.failure', 'holdfast.wait', 'holdfast.retry'];
    expect(eventsOf(span)).toEqual([...once, ...once, 'holdfast.attempt']);
    expect(span?.events[2]?.attributes).toMatchObject({
      'holdfast.attempt': 1,
      'holdfast.kind': 'backoff',
      'holdfast.delay': 2,
      'error.type': 'network',
    });
    expect(span?.events[1]?.attributes).toMatchObject({
      'error.type': 'network',
      'exception.name': 'Error',
      'exception.message': 'reset',
      'exception.code': 'ECONNRESET',
    });
  });

  test('that gives up is an error, with why', async () => {
    const { trace, spans } = tracing();
    bridge({ trace });
    const { clock, run } = failing(9);
    const error = run().catch((reason: unknown) => reason);
    await clock.advance(4_000);
    expect(await error).toMatchObject({ message: 'reset' });
    const [span] = spans();
    expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR, message: 'reset' });
    expect(span?.attributes).toEqual({
      'holdfast.policy.name': 'arxiv',
      'holdfast.policy.attempts': 3,
      'holdfast.outcome': 'failure',
      'holdfast.stop_reason': 'attempts-exhausted',
      'error.type': 'network',
    });
  });

  test('that its caller aborted is no error', () => {
    const { trace, spans } = tracing();
    bridge({ trace });
    publish(SAMPLES.policy.attempt);
    publish({ ...SAMPLES.policy['give-up'], stopReason: 'aborted', retryAfterMs: undefined });
    const [span] = spans();
    expect(span?.status.code).toBe(api.SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({ 'holdfast.stop_reason': 'aborted' });
    expect(span?.attributes).not.toHaveProperty('error.type');
    expect(span?.attributes).not.toHaveProperty('holdfast.retry_after');
  });

  test.each<[string, unknown, string]>([
    ['its code', Object.assign(new TypeError('x'), { code: 'ERR_CIRCUIT_OPEN' }), 'ERR_CIRCUIT_OPEN'],
    ['its class', new TypeError('x'), 'TypeError'],
    ['no name', undefined, '_OTHER'],
  ])('that never failed in an attempt has %s as the type of its error', (_, error, type) => {
    const { trace, spans } = tracing();
    bridge({ trace });
    publish({ ...SAMPLES.policy['give-up'], error });
    expect(spans()[0]?.attributes).toMatchObject({ 'error.type': type, 'holdfast.retry_after': 9 });
  });

  test('is a child of the span that is active where run was called', async () => {
    const { trace, spans } = tracing();
    const manager = new StorageContextManager();
    api.context.setGlobalContextManager(manager);
    try {
      bridge({ trace });
      const parent = trace.getTracer('user').startSpan('request');
      const { clock, run } = failing(1);
      const result = api.context.with(api.trace.setSpan(api.context.active(), parent), run);
      const other = failing(0).run();
      await clock.advance(4_000);
      await Promise.all([result, other]);
      parent.end();
      const [without, child] = spans();
      expect(child?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
      expect(child?.spanContext().traceId).toBe(parent.spanContext().traceId);
      expect(without?.parentSpanContext).toBeUndefined();
    } finally {
      api.context.disable();
    }
  });

  test('of runs at the same time do not mix', () => {
    const { trace, spans } = tracing();
    bridge({ trace });
    publish({ ...SAMPLES.policy.attempt, run: 1, policy: 'a' });
    publish({ ...SAMPLES.policy.attempt, run: 2, policy: 'a' });
    // Another copy of the package counts for itself.
    publish({ ...SAMPLES.policy.attempt, run: 1, policy: 'b' });
    publish({ ...SAMPLES.policy.stall, run: 2, policy: 'a' });
    for (const [run, policy] of [
      [1, 'a'],
      [2, 'a'],
      [1, 'b'],
    ])
      publish({ ...SAMPLES.policy.success, run, policy });
    expect(spans().map(({ name, events }) => [name, events.length])).toEqual([
      ['run a', 1],
      ['run a', 2],
      ['run b', 1],
    ]);
  });

  test.each(['success', 'failure', 'late', 'retry'] as const)(
    'does not begin with %s: that run began unheard, or has ended',
    (type) => {
      const { trace, spans } = tracing();
      const stop = bridge({ trace });
      publish(SAMPLES.policy[type]);
      stop();
      expect(spans()).toEqual([]);
    },
  );

  test('begins with a wait for the circuit', () => {
    const { trace, spans } = tracing();
    bridge({ trace });
    publish({ ...SAMPLES.policy.wait, attempt: 0 });
    publish({ ...SAMPLES.policy.success, attempt: 1 });
    expect(eventsOf(spans()[0])).toEqual(['holdfast.wait']);
    expect(spans()[0]?.attributes['holdfast.policy.attempts']).toBe(1);
  });

  test('is not made of events that are of no run, or of another layer', () => {
    const { trace, spans } = tracing();
    const stop = bridge({ trace });
    for (const { layer, event } of sampleEvents) {
      if (layer !== 'policy' || !('run' in event)) all.publish({ layer, event });
    }
    stop();
    expect(spans()).toEqual([]);
  });
});

describe('open spans', () => {
  test('beyond the limit the oldest is ended as it stands', () => {
    const { trace, spans } = tracing();
    bridge({ trace, maxOpenSpans: 2 });
    for (const run of [1, 2, 3]) publish({ ...SAMPLES.policy.attempt, run, policy: `p${String(run)}` });
    expect(spans().map(({ name }) => name)).toEqual(['run p1']);
    expect(spans()[0]?.attributes).toMatchObject({
      'holdfast.outcome': 'unknown',
      'holdfast.policy.attempts': 2,
    });
    publish({ ...SAMPLES.policy.success, run: 1, policy: 'p1' });
    expect(spans()).toHaveLength(1);
  });

  test('are ended by stop, and nothing is recorded after it', () => {
    const { trace, spans } = tracing();
    const stop = bridge({ trace });
    publish(SAMPLES.policy.attempt);
    expect(spans()).toEqual([]);
    stop();
    publish(SAMPLES.policy.success);
    publish(SAMPLES.policy.attempt);
    stop();
    expect(spans().map(({ attributes }) => attributes['holdfast.outcome'])).toEqual(['unknown']);
  });

  test.each([0, 1.5, NaN])('a limit of %s is refused', (maxOpenSpans) =>
    expect(() => bridgeToOpenTelemetry({ ...tracing(), maxOpenSpans })).toThrow(InvalidOptionError),
  );
});

describe('metrics', () => {
  test('have the names, units and attributes of the table', async () => {
    const { metrics, read } = metering();
    bridge({ metrics });
    for (const entry of sampleEvents) all.publish(entry);
    const points = await read();
    expect(points.map(({ name }) => name).toSorted()).toEqual(Object.keys(INSTRUMENTS).toSorted());
    const attempts = points.find(({ name }) => name === 'holdfast.policy.attempts');
    expect(attempts).toEqual({
      name: 'holdfast.policy.attempts',
      unit: '{attempt}',
      description: 'Attempts that ended.',
      points: [
        { attributes: { 'holdfast.policy.name': 'p', 'holdfast.outcome': 'success' }, value: 1 },
        {
          attributes: {
            'holdfast.policy.name': 'p',
            'holdfast.outcome': 'excused',
            'error.type': 'network',
          },
          value: 1,
        },
      ],
    });
    const waits = points.find(({ name }) => name === 'holdfast.policy.wait.duration');
    expect(waits).toMatchObject({
      unit: 's',
      points: [{ attributes: { 'holdfast.wait.kind': 'backoff' }, value: { count: 1, sum: 2 } }],
    });
    const value = waits?.points[0]?.value as { buckets: { boundaries: number[] } } | undefined;
    expect(value?.buckets.boundaries.slice(0, 3)).toEqual([0.001, 0.003, 0.01]);
    const limit = points.find(({ name }) => name === 'holdfast.limit.concurrency');
    expect(limit?.points).toEqual([{ attributes: { 'holdfast.limit.name': 'l' }, value: 10 }]);
  });

  test('show a state as 1 and those before it as 0', async () => {
    const { metrics, read } = metering();
    bridge({ metrics });
    for (const to of ['open', 'open', 'half-open', 'closed', 'open']) {
      publish({ ...SAMPLES.policy.breaker, to });
    }
    const point = (await read()).find(({ name }) => name === 'holdfast.breaker.state');
    expect(point?.points.map(({ attributes, value }) => [Object.values(attributes), value])).toEqual([
      [['b', 'open'], 1],
      [['b', 'half-open'], 0],
      [['b', 'closed'], 0],
    ]);
  });

  test('remember the states of 1,000 things', async () => {
    const added: [number, string][] = [];
    const recorder = { add: () => {}, record: () => {} };
    const meter = {
      createCounter: () => recorder,
      createHistogram: () => recorder,
      createGauge: () => recorder,
      createUpDownCounter: () => ({
        add: (value: number, attributes?: object) => void added.push([value, JSON.stringify(attributes)]),
      }),
    };
    bridge({ metrics: { getMeter: () => meter } });
    for (let at = 0; at < 1_001; at += 1) {
      publish({ ...SAMPLES.policy.breaker, breaker: String(at), to: 'open' });
    }
    expect(added).toHaveLength(1_000);
    publish({ ...SAMPLES.policy.breaker, breaker: '999', to: 'closed' });
    expect(added.slice(1_000).map(([value]) => value)).toEqual([-1, 1]);
  });

  test('are not recorded after stop', async () => {
    const { metrics, read } = metering();
    const stop = bridge({ metrics });
    publish(SAMPLES.policy.success);
    stop();
    publish(SAMPLES.policy.success);
    const point = (await read()).find(({ name }) => name === 'holdfast.policy.runs');
    expect(point?.points.map(({ value }) => value)).toEqual([1]);
  });
});

test('the module of the API will do, and costs nothing without an SDK', async () => {
  bridge(api);
  const { clock, run } = failing(1);
  const result = run();
  await clock.advance(4_000);
  expect(await result).toBe('done');
});

test('with neither traces nor metrics there is nothing to do, which is refused', () =>
  expect(() => bridgeToOpenTelemetry({})).toThrow(InvalidOptionError));

/** The context manager that users of Node have, in few lines. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? api.ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(context, () => fn.apply(thisArg, args));
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

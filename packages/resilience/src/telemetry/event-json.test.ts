import { describe, expect, test } from 'vitest';
import { eventToJson } from './event-json.ts';
import { SAMPLES, sampleEvents } from './testing/sample-events.ts';
import type { ResilienceEvent } from './resilience-event.ts';

const failed = (error: unknown): unknown =>
  eventToJson({ layer: 'policy', event: { ...SAMPLES.policy.fallback, error } })['error'];

test('an event as plain data', () => {
  expect(eventToJson({ layer: 'policy', event: SAMPLES.policy.failure })).toEqual({
    layer: 'policy',
    type: 'failure',
    policy: 'p',
    run: 7,
    attempt: 2,
    category: 'network',
    durationMs: 250,
    verdict: {
      category: 'network',
      scope: 'call',
      safeToReplay: 'yes',
      evidence: 'code',
      code: 'ECONNRESET',
    },
    error: { name: 'Error', code: 'ECONNRESET', message: 'reset by peer' },
    excused: 'asleep',
  });
});

test('a loss and the states of a session are told by the fields that are known to be harmless', () => {
  const lost = eventToJson({ layer: 'session', event: SAMPLES.session.lost });
  expect(lost['loss']).toEqual({
    cause: 'process-exit',
    exitCode: 1,
    exitSignal: 'SIGKILL',
    generation: 1,
    at: 5,
    ageMs: 4,
    uses: 3,
    rssBytes: 2,
    error: { name: 'Error', code: 'ECONNRESET', message: 'reset by peer' },
  });
  expect(eventToJson({ layer: 'session', event: SAMPLES.session.state })).toMatchObject({
    from: { kind: 'recovering', generation: 1, attempt: 2 },
    to: { kind: 'ready', generation: 2 },
  });
  const report = eventToJson({ layer: 'session', event: SAMPLES.session['view-lost'] });
  expect(Object.keys(report['report'] ?? {})).toEqual(['cause', 'exitCode', 'exitSignal', 'error']);
});

test.each(sampleEvents.map((entry) => [`${entry.layer} ${entry.event.type}`, entry] as const))(
  '%s survives JSON and keeps no detail of a driver',
  (_, entry) => {
    const plain = eventToJson(entry);
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    expect(plain).toMatchObject({ layer: entry.layer, type: entry.event.type });
    expect(JSON.stringify(plain)).not.toContain('hunter2');
  },
);

describe('an error', () => {
  test.each([
    ['a text', 'plain', { message: 'plain' }],
    ['a number', 5, { message: '5' }],
    ['null', null, { message: 'null' }],
    ['an object that says nothing', { secret: 1 }, { name: 'object' }],
    ['one with a number for a code', { code: 7 }, { code: 7 }],
    ['one that lies about its message', { name: 'E', message: { deep: 'x' } }, { name: 'E' }],
  ])('that is %s', (__, error, expected) => expect(failed(error)).toEqual(expected));

  test('that cannot be read costs nothing', () => {
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
    };
    expect(failed(hostile)).toEqual({ name: 'unreadable' });
  });

  test('that is undefined is left out', () => expect(failed(undefined)).toBeUndefined());
});

describe('values', () => {
  const told = (fields: object): unknown => {
    const {
      layer: _layer,
      type: _type,
      ...rest
    } = eventToJson({
      layer: 'policy',
      event: { type: 'x', ...fields },
    } as unknown as ResilienceEvent);
    return rest;
  };
  test('numbers that JSON lacks are text', () =>
    expect(told({ a: Infinity, b: NaN, c: 0, d: -1.5 })).toEqual({ a: 'Infinity', b: 'NaN', c: 0, d: -1.5 }));
  test('booleans stay', () => expect(told({ a: false, b: true })).toEqual({ a: false, b: true }));
  test('lists are cut at 32 members, and their objects left out', () =>
    expect(told({ a: [{ b: 1 }, ...Array<string>(40).fill('x')] })).toEqual({
      a: Array<string>(31).fill('x'),
    }));
  test('objects that are not known, functions, symbols and what is absent are left out', () =>
    expect(told({ a: { b: 1 }, c: () => 1, d: Symbol('x'), e: undefined, f: null, g: 1n })).toEqual({}));
  test('an object known by name of which nothing can be told is left out', () =>
    expect(told({ verdict: { secret: 1 } })).toEqual({}));
});

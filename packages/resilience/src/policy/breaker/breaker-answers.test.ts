import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { CHANNEL } from '../../events/publish.ts';
import { CircuitOpenError } from '../index.ts';
import type { Permit } from '../index.ts';
import { build, trip } from './testing/circuits.ts';

describe('without a store', () => {
  test('leave and report are synchronous, and all calls of a closed circuit share one permit', () => {
    const circuit = build(new VirtualClock());
    const permit = circuit.permitted();
    expect(permit).toEqual({ allowed: true, probe: false, id: expect.any(Number) });
    expect(Object.isFrozen(permit)).toBe(true);
    expect(circuit.permitted()).toBe(permit);
    for (let i = 0; i < 3; i += 1) expect(circuit.record('failure', permit as Permit)).toBeUndefined();
    expect(circuit.permitted()).toMatchObject({ allowed: false });
    expect(circuit.isolate()).toBeUndefined();
    expect(circuit.isolate('again')).toBeUndefined();
    expect(circuit.release()).toBeUndefined();
    expect(circuit.permitted()).not.toEqual(permit);
  });

  test('its events go over the channel too', async () => {
    const heard: unknown[] = [];
    const listener = (message: unknown): void => void heard.push(message);
    subscribe(CHANNEL, listener);
    try {
      await trip(build(new VirtualClock()));
    } finally {
      unsubscribe(CHANNEL, listener);
    }
    expect(heard).toEqual([
      { layer: 'policy', event: { type: 'breaker', breaker: 'b', from: 'closed', to: 'open' } },
    ]);
  });
});

describe('the error of a refusal', () => {
  test('says when to come back, and has no stack', async () => {
    const circuit = build(new VirtualClock());
    await trip(circuit);
    const permit = await circuit.permitted();
    if (permit.allowed) throw new Error('not refused');
    const limit = Error.stackTraceLimit;
    const error = circuit.refusal(permit);
    expect(Error.stackTraceLimit).toBe(limit);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('The circuit b is open; it is tried again in 1s.');
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      code: 'ERR_CIRCUIT_OPEN',
      hint: 'Wait for retryAfterMs, or find out why the calls before this one failed.',
      retryAfterMs: 1_000,
      isolated: false,
      verdict: {
        category: 'network',
        scope: 'call',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_CIRCUIT_OPEN',
        retryAfterMs: 1_000,
      },
    });
    expect(error.stack).not.toContain(' at ');
  });

  test('has a stack where the breaker was told to give one', async () => {
    const circuit = build(new VirtualClock(), { stack: true });
    const error = circuit.refusal({ allowed: false, retryAfterMs: 5 });
    expect(error.stack).toContain('breaker-answers.test.ts');
  });

  test.each([
    ['maintenance', 'The circuit b is held open by hand: maintenance.'],
    ['', 'The circuit b is held open by hand.'],
  ])('names a hold with the reason %j', (reason, message) => {
    const circuit = build(new VirtualClock());
    const error = circuit.refusal({ allowed: false, retryAfterMs: 5, isolated: reason });
    expect(error.message).toBe(message);
    expect(error).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      hint: 'Somebody called isolate(); release() lets calls through again.',
      isolated: true,
    });
  });
});

import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import type { PolicyEvent } from '../index.ts';
import { build, probing, report, trip } from './testing/circuits.ts';

describe('isolated by hand', () => {
  test('it refuses all calls and ignores reports until it is released, then is closed and fresh', async () => {
    const clock = new VirtualClock();
    const events: PolicyEvent[] = [];
    const circuit = build(clock, { onEvent: (event: PolicyEvent) => events.push(event) });
    await report(circuit, 'failure');
    await report(circuit, 'failure');
    const under = await circuit.permitted();
    await circuit.isolate('maintenance');
    await circuit.record('failure', under);
    await clock.advance(1e9);
    circuit.probeNow();
    expect(await circuit.permitted()).toEqual({
      allowed: false,
      retryAfterMs: 1_000,
      isolated: 'maintenance',
    });
    expect(circuit.snapshot()).toEqual({
      kind: 'isolated',
      retryAfterMs: 0,
      openings: 0,
      reason: 'maintenance',
    });
    await circuit.release();
    await report(circuit, 'failure');
    await report(circuit, 'failure');
    expect(circuit.snapshot()).toEqual({ kind: 'closed', retryAfterMs: 0, openings: 0 });
    expect(events).toEqual([
      { type: 'breaker', breaker: 'b', from: 'closed', to: 'isolated' },
      { type: 'breaker', breaker: 'b', from: 'isolated', to: 'closed' },
    ]);
  });

  test.each(['open', 'half-open'])('an %s circuit can be isolated, and its probes are void', async (mode) => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    await trip(circuit);
    await clock.advance(mode === 'open' ? 0 : 1_000);
    const probe = await circuit.permitted();
    await circuit.isolate();
    expect(circuit.snapshot()).toEqual({ kind: 'isolated', retryAfterMs: 0, openings: 0 });
    await circuit.record('success', probe);
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000, isolated: '' });
  });

  test('a second reason replaces the first', async () => {
    const circuit = build(new VirtualClock());
    await circuit.isolate('one');
    await circuit.isolate('two');
    expect(circuit.snapshot().reason).toBe('two');
  });

  test('a release ends nothing but a hold', async () => {
    const clock = new VirtualClock();
    const [circuit] = await probing(clock);
    await circuit.release();
    expect(circuit.snapshot().kind).toBe('half-open');
  });
});

import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { countWindow } from '../index.ts';
import { build, report } from './testing/circuits.ts';

describe('slow calls', () => {
  const slow = { afterMs: '2s', rate: 0.5 };
  const window = countWindow({ calls: 10, failureRate: 0.5, minimum: 4 });

  test('open the circuit when they are more than their share, though all succeeded', async () => {
    const circuit = build(new VirtualClock(), { failures: undefined, window, slow });
    for (const ms of [2_001, 10, 2_000, 2_001, 9_000]) {
      expect(circuit.snapshot().kind).toBe('closed');
      await report(circuit, 'success', ms);
    }
    // Three of five took longer than two seconds; two seconds are not slow.
    expect(circuit.snapshot().kind).toBe('open');
  });

  test('without evidence count for nothing, and calls of unknown length are not slow', async () => {
    const circuit = build(new VirtualClock(), { failures: undefined, window, slow });
    for (let i = 0; i < 10; i += 1) await report(circuit, 'none', 9_000);
    for (let i = 0; i < 10; i += 1) await report(circuit, 'success');
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('count for nothing where no rule says what is slow', async () => {
    const circuit = build(new VirtualClock(), { failures: undefined, window });
    for (let i = 0; i < 10; i += 1) await report(circuit, 'success', 1e9);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('reopen a half-open circuit, unless the call is no evidence', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock, { failures: undefined, window, slow });
    for (let i = 0; i < 4; i += 1) await report(circuit, 'failure');
    await clock.advance(1_000);
    await report(circuit, 'none', 9_000);
    expect(circuit.snapshot().kind).toBe('half-open');
    await report(circuit, 'success', 2_001);
    expect(circuit.snapshot()).toMatchObject({ kind: 'open', openings: 2 });
    await clock.advance(2_000);
    await report(circuit, 'success', 2_000);
    expect(circuit.snapshot().kind).toBe('closed');
  });
});

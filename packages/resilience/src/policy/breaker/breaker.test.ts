import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { breaker } from '../index.ts';
import type { Breaker, Outcome, Permit, PolicyEvent } from '../index.ts';

function build(clock: VirtualClock, extra: object = {}): Breaker {
  return breaker({
    name: 'b',
    failures: 3,
    openMs: 1_000,
    maxOpenMs: 10_000,
    clock,
    random: { next: () => 0 },
    ...extra,
  });
}

async function report(circuit: Breaker, outcome: Outcome): Promise<Permit> {
  const permit = await circuit.permitted();
  await circuit.record(outcome, permit);
  return permit;
}

async function trip(circuit: Breaker): Promise<void> {
  for (let i = 0; i < 3; i += 1) await report(circuit, 'failure');
}

describe('breaker', () => {
  test('opens after failures in a row, probes after its time and closes on success', async () => {
    const clock = new VirtualClock();
    const events: PolicyEvent[] = [];
    const circuit = build(clock, { onEvent: (event: PolicyEvent) => events.push(event) });
    await report(circuit, 'failure');
    await report(circuit, 'success');
    await trip(circuit);
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000 });
    await clock.advance(1_000);
    expect(await report(circuit, 'success')).toMatchObject({ allowed: true, probe: true });
    expect(circuit.snapshot()).toEqual({ kind: 'closed', retryAfterMs: 0, openings: 0 });
    expect(events.map((event) => event.type === 'breaker' && event.to)).toEqual([
      'open',
      'half-open',
      'closed',
    ]);
  });

  test('no evidence returns the probe slot and leaves the state unchanged', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    await trip(circuit);
    await clock.advance(1_000);
    for (let i = 0; i < 20; i += 1) {
      expect((await report(circuit, 'none')).allowed).toBe(true);
      expect(circuit.snapshot().kind).toBe('half-open');
    }
  });

  test('half open admits its number of probes; the others are told when to come back', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock, { halfOpenProbes: 2 });
    await trip(circuit);
    await clock.advance(1_000);
    const permits = [await circuit.permitted(), await circuit.permitted(), await circuit.permitted()];
    expect(permits.map((permit) => permit.allowed)).toEqual([true, true, false]);
    expect(permits[2]).toMatchObject({ retryAfterMs: expect.any(Number) });
    const [first, second] = permits;
    if (first === undefined || second === undefined) throw new Error('no permits');
    await circuit.record('success', first);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', second);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('a report from before the last change of state is void', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    const slow = await circuit.permitted();
    await trip(circuit);
    await clock.advance(1_000);
    const probe = await circuit.permitted();
    await circuit.record('success', slow);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', probe);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('the open time doubles up to its ceiling, never overflows, and the circuit always probes again', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    await trip(circuit);
    const lengths: number[] = [];
    for (let i = 0; i < 1_100; i += 1) {
      const { retryAfterMs } = circuit.snapshot();
      lengths.push(retryAfterMs);
      await clock.advance(retryAfterMs);
      expect((await report(circuit, 'failure')).allowed).toBe(true);
    }
    expect(lengths.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(lengths.at(-1)).toBe(10_000);
    expect(clock.pending).toBe(0);
  });

  test('a person can let it probe now', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    await trip(circuit);
    circuit.probeNow();
    expect((await report(circuit, 'success')).allowed).toBe(true);
    expect(circuit.snapshot().kind).toBe('closed');
  });
});

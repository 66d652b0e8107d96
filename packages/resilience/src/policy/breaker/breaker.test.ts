import { describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../clock/index.ts';
import { breaker, constant } from '../index.ts';
import type { Permit, PolicyEvent } from '../index.ts';
import { build, probing, report, trip } from './testing/circuits.ts';

describe('a breaker', () => {
  test('opens after failures in a row, probes after its time and closes on success', async () => {
    const clock = new VirtualClock();
    const events: PolicyEvent[] = [];
    const circuit = build(clock, { onEvent: (event: PolicyEvent) => events.push(event) });
    await report(circuit, 'failure');
    await report(circuit, 'failure');
    await report(circuit, 'success');
    await report(circuit, 'failure');
    await report(circuit, 'failure');
    expect(circuit.snapshot()).toEqual({ kind: 'closed', retryAfterMs: 0, openings: 0 });
    await report(circuit, 'failure');
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000 });
    await clock.advance(999);
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1 });
    await clock.advance(1);
    expect(await report(circuit, 'success')).toMatchObject({ allowed: true, probe: true });
    expect(circuit.snapshot()).toEqual({ kind: 'closed', retryAfterMs: 0, openings: 0 });
    expect(events).toEqual([
      { type: 'breaker', breaker: 'b', from: 'closed', to: 'open' },
      { type: 'breaker', breaker: 'b', from: 'open', to: 'half-open' },
      { type: 'breaker', breaker: 'b', from: 'half-open', to: 'closed' },
    ]);
  });

  test('goes Closed, Open, HalfOpen, Open, HalfOpen, Closed, and counts anew afterwards', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    const modes = [circuit.snapshot().kind];
    const look = (): void => void modes.push(circuit.snapshot().kind);
    await trip(circuit);
    look();
    await clock.advance(1_000);
    const first = await circuit.permitted();
    look();
    await circuit.record('failure', first);
    look();
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 2_000, openings: 2 });
    await clock.advance(2_000);
    const second = await circuit.permitted();
    look();
    expect(circuit.snapshot()).toEqual({ kind: 'half-open', retryAfterMs: 0, openings: 2 });
    await circuit.record('success', second);
    look();
    expect(modes).toEqual(['closed', 'open', 'half-open', 'open', 'half-open', 'closed']);
    await report(circuit, 'failure');
    await report(circuit, 'failure');
    expect(circuit.snapshot().kind).toBe('closed');
    await report(circuit, 'failure');
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 1_000, openings: 1 });
  });

  test('no evidence returns the probe slot and leaves the state unchanged', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock, { halfOpenProbes: 2 });
    await trip(circuit);
    await clock.advance(1_000);
    for (let i = 0; i < 20; i += 1) {
      const two = [await circuit.permitted(), await circuit.permitted()];
      expect(two.map(({ allowed }) => allowed)).toEqual([true, true]);
      expect((await circuit.permitted()).allowed).toBe(false);
      for (const permit of two) await circuit.record('none', permit);
      expect(circuit.snapshot().kind).toBe('half-open');
    }
  });

  test('no evidence neither counts as a failure nor ends a row of them', async () => {
    const circuit = build(new VirtualClock());
    for (const outcome of ['failure', 'none', 'failure', 'none', 'none'] as const) {
      await report(circuit, outcome);
    }
    expect(circuit.snapshot().kind).toBe('closed');
    await report(circuit, 'failure');
    expect(circuit.snapshot().kind).toBe('open');
  });

  test('half open admits its number of probes; the others are told when to come back', async () => {
    const clock = new VirtualClock();
    const [circuit, first] = await probing(clock, { halfOpenProbes: 2 });
    const second = await circuit.permitted();
    expect(second.allowed).toBe(true);
    expect(await circuit.permitted()).toEqual({ allowed: false, retryAfterMs: 1_000 });
    await circuit.record('success', first);
    // One success is in and one probe under way: a third could not add anything.
    expect((await circuit.permitted()).allowed).toBe(false);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', second);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('one failed probe opens it, whatever the others show afterwards', async () => {
    const clock = new VirtualClock();
    const [circuit, first] = await probing(clock, { halfOpenProbes: 2 });
    const second = await circuit.permitted();
    await circuit.record('failure', first);
    await circuit.record('success', second);
    expect(circuit.snapshot()).toMatchObject({ kind: 'open', openings: 2 });
  });

  test('a second report of the same probe is void', async () => {
    const [circuit, probe] = await probing(new VirtualClock(), { halfOpenProbes: 2 });
    await circuit.record('success', probe);
    await circuit.record('success', probe);
    await circuit.record('failure', probe);
    expect(circuit.snapshot().kind).toBe('half-open');
  });

  test('a report from before the last change of state is void', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    const slow = await circuit.permitted();
    await trip(circuit);
    await circuit.record('failure', slow);
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 1_000, openings: 1 });
    await clock.advance(1_000);
    const probe = await circuit.permitted();
    await circuit.record('success', slow);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', probe);
    for (let i = 0; i < 5; i += 1) await circuit.record('failure', slow);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('a refusal that is reported all the same changes nothing', async () => {
    const clock = new VirtualClock();
    const [circuit] = await probing(clock);
    const refused = await circuit.permitted();
    expect(refused.allowed).toBe(false);
    await circuit.record('failure', refused);
    expect(circuit.snapshot().kind).toBe('half-open');
  });

  test('a probe that never reports gives its slot up after the longest opening, and its failure is void then', async () => {
    const clock = new VirtualClock();
    const [circuit, lost] = await probing(clock);
    await clock.advance(9_999);
    expect((await circuit.permitted()).allowed).toBe(false);
    await clock.advance(1);
    const next = await circuit.permitted();
    expect(next).toMatchObject({ allowed: true, probe: true });
    await circuit.record('failure', lost);
    await circuit.record('none', lost);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', next);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('calls that all take longer than the longest opening close the circuit when they succeed', async () => {
    const clock = new VirtualClock();
    const [circuit, slow] = await probing(clock, { halfOpenProbes: 2 });
    await clock.advance(10_000);
    await circuit.permitted();
    await circuit.permitted();
    await circuit.record('success', slow);
    await circuit.record('success', slow);
    expect(circuit.snapshot().kind).toBe('half-open');
    await clock.advance(10_000);
    const later = await circuit.permitted();
    expect(later).toMatchObject({ allowed: true, probe: true });
    expect((await circuit.permitted()).allowed).toBe(false);
    await circuit.record('success', later);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('of probes that were given up the last hundred are heard', async () => {
    const clock = new VirtualClock();
    const [circuit, first] = await probing(clock);
    const lost: Permit[] = [];
    for (let i = 0; i < 101; i += 1) {
      await clock.advance(10_000);
      lost.push(await circuit.permitted());
    }
    await circuit.record('success', first);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', lost[0] ?? first);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('the open time doubles up to its ceiling, never overflows, and the circuit always probes again', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    await trip(circuit);
    const lengths: number[] = [];
    for (let i = 0; i < 2_000; i += 1) {
      const { retryAfterMs } = circuit.snapshot();
      lengths.push(retryAfterMs);
      // A pause, since firing timers one by one is not needed.
      await clock.advance(retryAfterMs);
      expect((await report(circuit, 'failure')).allowed).toBe(true);
    }
    expect(lengths.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(new Set(lengths.slice(4))).toEqual(new Set([10_000]));
    expect(circuit.snapshot().openings).toBe(2_001);
    expect(clock.pending).toBe(0);
  });

  test('the open time is jittered by up to a tenth, below its ceiling', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock, { random: { next: () => 0.5 }, maxOpenMs: undefined });
    expect(circuit.rules.maxOpenMs).toBe(32_000);
    await trip(circuit);
    expect(circuit.snapshot().retryAfterMs).toBe(1_050);
    await clock.advance(1_050);
    await report(circuit, 'failure');
    expect(circuit.snapshot().retryAfterMs).toBe(2_100);
  });

  test('the open time may follow a backoff, which is told its own last length', async () => {
    const clock = new VirtualClock();
    const asked: (number | undefined)[][] = [];
    const open = {
      ...constant('2s'),
      capMs: 5_000,
      delayMs: (n: number, _: object, previous?: number) => {
        asked.push([n, previous]);
        return 3_000 * n;
      },
    };
    const circuit = build(clock, { openMs: undefined, maxOpenMs: undefined, open });
    expect(circuit.rules).toMatchObject({ growth: 'constant', openMs: 2_000, maxOpenMs: 5_000 });
    await trip(circuit);
    expect(circuit.snapshot().retryAfterMs).toBe(3_000);
    await clock.advance(3_000);
    await report(circuit, 'failure');
    expect(circuit.snapshot().retryAfterMs).toBe(5_000);
    expect(asked).toEqual([
      [1, undefined],
      [2, 3_000],
    ]);
  });

  test('a person can let it probe now', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock);
    circuit.probeNow();
    await trip(circuit);
    circuit.probeNow();
    expect(circuit.snapshot()).toEqual({ kind: 'open', retryAfterMs: 0, openings: 1 });
    await clock.advance(10);
    // Once is enough: the time does not move on with a second wish.
    circuit.probeNow();
    expect((await report(circuit, 'success')).allowed).toBe(true);
    expect(circuit.snapshot().kind).toBe('closed');
  });

  test('while half open the wish to probe changes nothing', async () => {
    const [circuit] = await probing(new VirtualClock());
    circuit.probeNow();
    expect((await circuit.permitted()).allowed).toBe(false);
  });

  test('an open circuit counts the time that the machine slept, and none that the wall clock was set', async () => {
    const clock = new VirtualClock();
    const circuit = build(clock, { openMs: '1h', maxOpenMs: '1h' });
    await trip(circuit);
    clock.stepWall(7_200_000);
    expect(circuit.snapshot().retryAfterMs).toBe(3_600_000);
    await clock.suspend(1_800_000);
    expect(circuit.snapshot().retryAfterMs).toBe(1_800_000);
    await clock.suspend(1_800_000);
    expect((await circuit.permitted()).allowed).toBe(true);
  });

  test('works on the real clock and randomness by default', () => {
    const circuit = breaker({ name: 'real', failures: 1, openMs: '1m' });
    const permit = circuit.permitted() as Permit;
    const before = systemClock.monotonic();
    void circuit.record('failure', permit);
    const { retryAfterMs } = circuit.snapshot();
    const gone = systemClock.monotonic() - before;
    expect(retryAfterMs).toBeGreaterThanOrEqual(60_000 - gone);
    expect(retryAfterMs).toBeLessThanOrEqual(66_000);
  });
});

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../clock/index.ts';
import { CHANNEL } from '../../events/publish.ts';
import { breaker, CircuitOpenError, constant, countWindow } from '../index.ts';
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

async function report(circuit: Breaker, outcome: Outcome, ms?: number): Promise<Permit> {
  const permit = await circuit.permitted();
  await circuit.record(outcome, permit, ms);
  return permit;
}

async function trip(circuit: Breaker): Promise<void> {
  for (let i = 0; i < 3; i += 1) await report(circuit, 'failure');
}

/** A circuit that is half open with one probe under way. */
async function probing(clock: VirtualClock, extra: object = {}): Promise<[Breaker, Permit]> {
  const circuit = build(clock, extra);
  await trip(circuit);
  await clock.advance(1_000);
  return [circuit, await circuit.permitted()];
}

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

  test('a probe that never reports gives its slot up after the longest opening, and its report is void then', async () => {
    const clock = new VirtualClock();
    const [circuit, lost] = await probing(clock);
    await clock.advance(9_999);
    expect((await circuit.permitted()).allowed).toBe(false);
    await clock.advance(1);
    const next = await circuit.permitted();
    expect(next).toMatchObject({ allowed: true, probe: true });
    await circuit.record('failure', lost);
    expect(circuit.snapshot().kind).toBe('half-open');
    await circuit.record('success', next);
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

  test('its events go over the channel too, and a listener that throws harms nobody', async () => {
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
    expect(error.stack).toContain('breaker.test.ts');
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

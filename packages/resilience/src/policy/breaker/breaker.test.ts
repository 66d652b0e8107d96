import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import { breaker } from '../index.ts';
import type { Breaker, Outcome, Permit, PolicyEvent } from '../index.ts';

const HOUR = 3_600_000;

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

describe('memory over restarts', () => {
  test('a restored open circuit keeps its deadline and its growth', async () => {
    const values = new Map<string, string>();
    const clock = new VirtualClock();
    await trip(build(clock, { state: memoryState(values) }));
    await clock.advance(400);
    const restored = build(clock, { state: memoryState(values) });
    expect(await restored.permitted()).toEqual({ allowed: false, retryAfterMs: 600 });
    await clock.advance(600);
    await report(restored, 'failure');
    expect(restored.snapshot()).toMatchObject({ kind: 'open', retryAfterMs: 2_000, openings: 2 });
  });

  test.each([
    [-HOUR, 1_000],
    [HOUR, 0],
  ])(
    'a wall clock stepped by %d ms before the restart leaves a wait of at most the original length',
    async (step, left) => {
      const values = new Map<string, string>();
      const clock = new VirtualClock();
      await trip(build(clock, { state: memoryState(values) }));
      clock.stepWall(step);
      const restored = build(clock, { state: memoryState(values) });
      const permit = await restored.permitted();
      expect(permit.allowed ? 0 : permit.retryAfterMs).toBe(left);
    },
  );

  test('a closed circuit leaves nothing behind', async () => {
    const values = new Map<string, string>();
    const clock = new VirtualClock();
    const circuit = build(clock, { state: memoryState(values) });
    await trip(circuit);
    expect(values.size).toBe(1);
    await clock.advance(1_000);
    await report(circuit, 'success');
    expect(values.size).toBe(0);
  });

  test('a store that fails at first is asked again', async () => {
    const state = memoryState();
    let broken = true;
    const flaky = {
      ...state,
      get: async (key: string) => {
        if (broken) throw new Error('disk');
        return await state.get(key);
      },
    };
    const circuit = build(new VirtualClock(), { state: flaky });
    await expect(circuit.permitted()).rejects.toThrow('disk');
    broken = false;
    expect((await circuit.permitted()).allowed).toBe(true);
  });
});

type Step =
  | { readonly do: 'ask' }
  | { readonly do: 'report'; readonly which: number; readonly outcome: Outcome }
  | { readonly do: 'pass' | 'wall'; readonly ms: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('ask' as const) }),
  fc.record({
    do: fc.constant('report' as const),
    which: fc.nat(5),
    outcome: fc.constantFrom<Outcome>('success', 'failure', 'failure', 'none'),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.nat(3_000) }),
  fc.record({ do: fc.constant('wall' as const), ms: fc.integer({ min: -HOUR, max: HOUR }) }),
);

/** What a breaker with 2 failures and 2 probes must do, told from outside by the permits of the newest era. */
class Model {
  era = -1;
  failures = 0;
  successes = 0;
  readonly probesOut = new Set<Permit>();

  admitted(permit: Permit): void {
    if (!permit.allowed) return;
    if (permit.era !== this.era) {
      this.era = permit.era;
      this.failures = 0;
      this.successes = 0;
      this.probesOut.clear();
    }
    if (permit.probe) this.probesOut.add(permit);
  }

  /** The state that a report must lead to, undefined when it is void. */
  reported(permit: Permit, outcome: Outcome): 'closed' | 'open' | 'half-open' | undefined {
    if (!permit.allowed || permit.era !== this.era) return undefined;
    this.probesOut.delete(permit);
    if (outcome === 'success') {
      this.failures = 0;
      this.successes += 1;
    }
    if (outcome === 'failure') this.failures += 1;
    if (permit.probe) {
      if (outcome === 'failure') return this.#left('open');
      return this.successes >= 2 ? this.#left('closed') : 'half-open';
    }
    return this.failures >= 2 ? this.#left('open') : 'closed';
  }

  #left(to: 'closed' | 'open'): 'closed' | 'open' {
    this.era = -1;
    return to;
  }
}

async function follow(
  circuit: Breaker,
  clock: VirtualClock,
  steps: readonly Step[],
  visited: Set<string>,
): Promise<void> {
  const model = new Model();
  const out: Permit[] = [];
  for (const next of steps) {
    const before = circuit.snapshot();
    visited.add(before.kind);
    if (next.do === 'pass') await clock.advance(next.ms);
    if (next.do === 'wall') clock.stepWall(next.ms);
    if (next.do === 'ask') {
      const permit = await circuit.permitted();
      model.admitted(permit);
      if (permit.allowed) out.push(permit);
      else expect(permit.retryAfterMs).toBeGreaterThan(0);
      if (before.kind === 'closed') expect(permit.allowed).toBe(true);
      if (before.kind === 'open') expect(permit.allowed).toBe(before.retryAfterMs === 0);
    }
    if (next.do === 'report' && out.length > 0) {
      const [permit] = out.splice(next.which % out.length, 1);
      if (permit === undefined) throw new Error('no permit');
      const expected = model.reported(permit, next.outcome) ?? before.kind;
      await circuit.record(next.outcome, permit);
      expect(circuit.snapshot().kind).toBe(expected);
    }
    expect(model.probesOut.size).toBeLessThanOrEqual(2);
    expect(circuit.snapshot().retryAfterMs).toBeLessThanOrEqual(10_000);
  }
  for (const permit of out) await circuit.record('none', permit);
  await clock.advance(10_000);
  // It never latches: with all reports in and the longest open time over, somebody is admitted.
  expect((await circuit.permitted()).allowed).toBe(true);
}

test('agrees with a model over random asks, reports, pauses and steps of the wall clock', async () => {
  const visited = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(STEP, { minLength: 20, maxLength: 80 }), async (seed, steps) => {
      const clock = new VirtualClock();
      const circuit = build(clock, { random: seededRandom(seed), halfOpenProbes: 2, failures: 2 });
      await follow(circuit, clock, steps, visited);
    }),
    { numRuns: 150 },
  );
  expect(visited).toEqual(new Set(['closed', 'open', 'half-open']));
});

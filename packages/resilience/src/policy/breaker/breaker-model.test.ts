import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import { memoryState } from '../../state/index.ts';
import { breaker, countWindow, timeWindow } from '../index.ts';
import type { Admission, Breaker, BreakerOptions, Outcome } from '../index.ts';

const OPEN_MS = 1_000;
const MAX_OPEN_MS = 8_000;
const PROBES = 2;
const SLOW_MS = 500;

/** How each of the three kinds of breaker judges the calls of a closed circuit: the plain list of them. */
type Rules = Pick<BreakerOptions, 'failures' | 'window' | 'slow'>;

const ROW: Rules = { failures: 3 };
const COUNT: Rules = {
  window: countWindow({ calls: 6, failureRate: 0.5, minimum: 3 }),
  slow: { afterMs: SLOW_MS, rate: 0.6 },
};
const TIME: Rules = {
  window: timeWindow({ length: 1_000, buckets: 5, failureRate: 0.4, minimum: 2 }),
  slow: { afterMs: SLOW_MS, rate: 0.5 },
};

interface Call {
  readonly at: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

function opens({ failures, window, slow }: Rules, calls: readonly Call[], now: number): boolean {
  if (window === undefined) {
    const inRow = calls.length - 1 - calls.findLastIndex(({ failed }) => !failed);
    return inRow >= (failures ?? 0);
  }
  const last = calls.at(-1);
  if (last === undefined || !(last.failed || last.slow)) return false;
  const seen = window.kind === 'count' ? calls.slice(-window.calls) : calls.filter(({ at }) => inWindow(at));
  function inWindow(at: number): boolean {
    if (window?.kind !== 'time') return false;
    const width = window.lengthMs / window.buckets;
    return Math.floor(at / width) > Math.floor(now / width) - window.buckets;
  }
  if (seen.length < window.minimum) return false;
  const share = (is: (call: Call) => boolean): number => seen.filter(is).length / seen.length;
  return share(({ failed }) => failed) > window.failureRate || share((call) => call.slow) > (slow?.rate ?? 1);
}

type Mode =
  | { readonly kind: 'closed'; readonly calls: Call[] }
  | { readonly kind: 'open'; readonly openings: number; until: number }
  | {
      readonly kind: 'half-open';
      readonly openings: number;
      probes: Map<Admission, number>;
      lost: Set<Admission>;
      good: number;
    }
  | { readonly kind: 'isolated' };

const openMs = (openings: number): number => Math.min(MAX_OPEN_MS, OPEN_MS * 2 ** (openings - 1));

/** What a breaker must do, told by lists. */
class Model {
  readonly clock = new VirtualClock();
  mode: Mode = { kind: 'closed', calls: [] };
  /** Grows with each change of mode; calls belong to the stretch in which they were admitted. */
  stretch = 0;
  slept = 0;
  /** What is on disk: the mode at its last change, half open left out, with its deadline as wall time. */
  noted: { readonly mode: Mode; readonly until: number } = { mode: this.mode, until: 0 };
  out: { readonly permit: Admission; readonly stretch: number }[] = [];
  readonly rules: Rules;
  readonly visited: Set<string>;

  constructor(rules: Rules, visited: Set<string>) {
    this.rules = rules;
    this.visited = visited;
  }

  get now(): number {
    return this.clock.monotonic() + this.slept;
  }

  enter(mode: Mode): void {
    this.mode = mode;
    this.stretch += 1;
    this.visited.add(mode.kind);
    if (mode.kind === 'half-open') return;
    const left = mode.kind === 'open' ? mode.until - this.now : 0;
    this.noted = { mode: mode.kind === 'open' ? { ...mode } : mode, until: this.clock.now() + left };
  }

  open(openings: number): void {
    this.enter({ kind: 'open', openings, until: this.now + openMs(openings) });
  }

  /** Whether a call is admitted now. */
  admits(): boolean {
    const { mode, now } = this;
    if (mode.kind === 'closed') return true;
    if (mode.kind === 'isolated') return false;
    if (mode.kind === 'open') {
      if (now < mode.until) return false;
      this.enter({ kind: 'half-open', openings: mode.openings, probes: new Map(), lost: new Set(), good: 0 });
      return true;
    }
    const live = [...mode.probes].filter(([, at]) => now - at < MAX_OPEN_MS);
    if (live.length + mode.good >= PROBES) return false;
    const before = mode.probes;
    mode.probes = new Map(live);
    for (const lost of before.keys()) if (!mode.probes.has(lost)) mode.lost.add(lost);
    return true;
  }

  admitted(permit: Admission): void {
    if (this.mode.kind === 'half-open') this.mode.probes.set(permit, this.now);
    this.out.push({ permit, stretch: this.stretch });
  }

  reported(permit: Admission, stretch: number, outcome: Outcome, durationMs: number): void {
    const { mode, rules, now } = this;
    if (stretch !== this.stretch || outcome === 'none') {
      if (mode.kind === 'half-open') mode.probes.delete(permit);
      return;
    }
    const slow = rules.slow !== undefined && durationMs > SLOW_MS;
    if (mode.kind === 'closed') {
      mode.calls.push({ at: now, failed: outcome === 'failure', slow });
      if (opens(rules, mode.calls, now)) this.open(1);
    } else if (mode.kind === 'half-open') {
      const bad = outcome === 'failure' || slow;
      if (!mode.probes.delete(permit) && (bad || !mode.lost.delete(permit))) return;
      if (bad) this.open(mode.openings + 1);
      else if ((mode.good += 1) === PROBES) this.enter({ kind: 'closed', calls: [] });
    }
  }

  restarted(): void {
    const { mode, until } = this.noted;
    this.slept = 0;
    this.out = [];
    this.stretch += 1;
    if (mode.kind === 'open') {
      const left = Math.min(Math.max(0, until - this.clock.now()), openMs(mode.openings));
      this.mode = { ...mode, until: this.now + left };
    } else this.mode = mode.kind === 'closed' ? { kind: 'closed', calls: [] } : mode;
  }
}

/** The breaker under test, and how to build it again over the same store. */
interface Real {
  circuit: Breaker;
  readonly build: () => Breaker;
}

type Command = fc.AsyncCommand<Model, Real>;

function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void> | void,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check,
    run: async (model, real) => {
      await run(model, real);
      const { kind, retryAfterMs, openings } = real.circuit.snapshot();
      expect(kind).toBe(model.mode.kind);
      const { mode } = model;
      expect(openings).toBe(mode.kind === 'open' || mode.kind === 'half-open' ? mode.openings : 0);
      expect(retryAfterMs).toBeCloseTo(mode.kind === 'open' ? Math.max(0, mode.until - model.now) : 0, 6);
    },
    toString: () => name,
  };
}

async function ask(model: Model, { circuit }: Real): Promise<void> {
  const before = model.mode.kind;
  const permit = await circuit.permitted();
  expect(permit.allowed).toBe(model.admits());
  if (permit.allowed) {
    expect(permit.probe).toBe(before !== 'closed');
    model.admitted(permit);
    return;
  }
  expect(permit.retryAfterMs).toBeGreaterThan(0);
  expect(permit.isolated).toBe(before === 'isolated' ? 'drill' : undefined);
}

async function report(
  model: Model,
  { circuit }: Real,
  which: number,
  [outcome, ms]: readonly [Outcome, number],
): Promise<void> {
  const [call] = model.out.splice(which % model.out.length, 1);
  if (call === undefined) throw new Error('no call under way');
  await circuit.record(outcome, call.permit, ms);
  model.reported(call.permit, call.stretch, outcome, ms);
}

async function restart(model: Model, real: Real): Promise<void> {
  real.circuit = real.build();
  // The first to ask has the memory read; it may be admitted.
  model.restarted();
  await ask(model, real);
}

const OUTCOME = fc.tuple(
  fc.constantFrom<Outcome>('success', 'failure', 'failure', 'none'),
  fc.constantFrom(0, SLOW_MS, SLOW_MS + 1),
);
const ASK = fc.constant(command('ask', ask));
const REPORT = fc.tuple(fc.nat(5), OUTCOME).map(([which, outcome]) =>
  command(
    `report(${which}, ${outcome.join(' ')})`,
    (model, real) => report(model, real, which, outcome),
    (model) => model.out.length > 0,
  ),
);
const PASS = fc
  .oneof(fc.nat(300), fc.nat(9_000), fc.constant(28_800_000))
  .map((ms) => command(`pass(${ms})`, (model) => model.clock.advance(ms)));
const OTHERS = fc.constantFrom(
  command('sleep', async (model) => {
    await model.clock.suspend(28_800_000);
    model.slept += 28_800_000;
  }),
  command('wall forward', (model) => model.clock.stepWall(3_600_000)),
  command('wall back', (model) => model.clock.stepWall(-7_300_000)),
  command('isolate', async (model, { circuit }) => {
    await circuit.isolate('drill');
    if (model.mode.kind !== 'isolated') model.enter({ kind: 'isolated' });
  }),
  command('release', async (model, { circuit }) => {
    await circuit.release();
    if (model.mode.kind === 'isolated') model.enter({ kind: 'closed', calls: [] });
  }),
  command('probe now', (model, { circuit }) => {
    circuit.probeNow();
    if (model.mode.kind === 'open') model.mode.until = Math.min(model.mode.until, model.now);
  }),
  command('restart', restart),
);

async function allIn(model: Model, real: Real): Promise<void> {
  await real.circuit.release();
  for (const { permit } of model.out) await real.circuit.record('none', permit);
  await model.clock.advance(MAX_OPEN_MS);
  // It never latches: with the longest open time over, and whatever went before, somebody is admitted.
  expect((await real.circuit.permitted()).allowed).toBe(true);
}

test.each([
  ['failures in a row', ROW],
  ['a window of calls', COUNT],
  ['a window of time', TIME],
])(
  'with %s it agrees with lists, over random calls, pauses, sleeps, steps of the clock, holds and restarts',
  async (_, rules) => {
    const visited = new Set<string>();
    const program = fc.commands([ASK, REPORT, ASK, REPORT, ASK, REPORT, PASS, OTHERS], {
      maxCommands: 60,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(program, async (commands) => {
        const model = new Model(rules, visited);
        const values = new Map<string, string>();
        const build = (): Breaker =>
          breaker({
            name: 'b',
            ...rules,
            openMs: OPEN_MS,
            maxOpenMs: MAX_OPEN_MS,
            halfOpenProbes: PROBES,
            state: memoryState(values),
            clock: model.clock,
            random: { next: () => 0 },
          });
        const real = { circuit: build(), build };
        await real.circuit.permitted();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await allIn(model, real);
      }),
      { numRuns: process.env['HOLDFAST_TEST_FULL'] === '1' ? 5_000 : 100 },
    );
    expect(visited).toEqual(new Set(['closed', 'open', 'half-open', 'isolated']));
  },
);

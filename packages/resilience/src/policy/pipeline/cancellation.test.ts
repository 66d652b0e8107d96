import { getEventListeners } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { everyStage } from '../testing/every-stage.ts';
import type { EveryStage, SceneOptions } from '../testing/every-stage.ts';
import { watch } from '../testing/policy-setup.ts';

const KEY = 'https://example.org';
const HOUR = 3_600_000;
const FULL = process.env['HOLDFAST_TEST_FULL'] === '1';
/** Microtasks after a timer at which the caller aborts: 0 up to so many; the longest chain has fewer. */
const TURNS = FULL ? 40 : 7;

/** When the caller aborts, and what the scene calls it. */
interface Moment {
  readonly name: string;
  /** Arranges for the abort. */
  arm(world: EveryStage, abort: () => void): void;
}

/** So many turns of the queue of microtasks later. */
async function later(turns: number, abort: () => void): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  abort();
}

/** After so many timers have fired, and so many microtasks more. */
function afterTimer(timers: number, turns: number): Moment {
  return {
    name: `timer ${timers}, microtask ${turns}`,
    arm: ({ clock }, abort) => {
      if (timers === 0) void later(turns + 1, abort);
      else clock.onFired = () => void (clock.fired === timers && later(turns, abort));
    },
  };
}

/** In the middle of what is told or called for the n-th time. */
function within(hook: 'onTold' | 'onCall' | 'onHook', times: number): Moment {
  let seen = 0;
  return {
    name: `${hook} ${times}`,
    arm: (world, abort) => {
      world[hook] = () => {
        seen += 1;
        if (seen === times) abort();
      };
    },
  };
}

/** Runs to the end. */
async function undisturbed(options: SceneOptions): Promise<EveryStage & { readonly result: unknown }> {
  const world = await everyStage(options);
  const run = watch(world.policy.run((context) => world.fn(context), { key: KEY }));
  while (!run.settled) expect(await world.clock.runNext()).toBe(true);
  return Object.assign(world, { result: run.value ?? run.error });
}

/** How the world stood as the caller aborted. */
interface AtAbort {
  readonly settled: boolean;
  readonly succeeded: number;
  readonly now: number;
  readonly calls: string;
}

interface Aborted {
  readonly isOver: boolean;
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

/** One run that is aborted at a moment. */
async function aborted(options: SceneOptions, moment: Moment): Promise<Aborted> {
  const world = await everyStage(options);
  const { clock, circuit, policy, disposed } = world;
  const controller = new AbortController();
  const reason = { moment: moment.name };
  const problems: string[] = [];
  const check: Check = (what, actual, wanted) => {
    if (Object.is(actual, wanted)) return;
    problems.push(`${moment.name}: ${what}: ${String(actual)} instead of ${String(wanted)}`);
  };
  let atAbort: AtAbort | undefined;
  const begun: { run?: ReturnType<typeof watch<string>> } = {};
  moment.arm(world, () => {
    const { succeeded } = world;
    atAbort = {
      settled: begun.run?.settled ?? false,
      succeeded,
      now: clock.monotonic(),
      calls: callsOf(world),
    };
    controller.abort(reason);
  });
  const run = watch(policy.run((context) => world.fn(context), { key: KEY, signal: controller.signal }));
  begun.run = run;
  // Between the timers all microtasks run, so an abort among them is followed by no timer.
  for (let more = true; more;) {
    await clock.advance(0);
    more = atAbort === undefined && (await clock.runNext());
  }
  // No time goes by: what is settled afterwards has settled in the tick of the abort.
  await clock.advance(0);
  if (atAbort === undefined || atAbort.settled) return { isOver: true, problems };
  check('the time', clock.monotonic(), atAbort.now);
  check('settled', run.settled, true);
  // A value that was there already may still be given.
  if (run.value === undefined || atAbort.succeeded === 0) check('the error', run.error, reason);
  checkLeftovers(world, controller.signal, check);
  await clock.advance(HOUR);
  check('what was called in the end', callsOf(world), atAbort.calls);
  check('calls that run', world.running, 0);
  check('values that nobody got', world.succeeded - disposed.length - (run.value === undefined ? 0 : 1), 0);
  const { running, abandoned } = world.concurrency.snapshot();
  check('places', `${running} taken, ${abandoned} abandoned`, '0 taken, 0 abandoned');
  check('timers', clock.pending, 0);
  // A probe that was not given back would keep everybody away, as would a dead run that the next one joins.
  const next = watch(policy.run(async () => 'fresh', { key: KEY }));
  await clock.advance(HOUR);
  check('the next run', next.value, 'fresh');
  check('the circuit', circuit.snapshot().kind, 'closed');
  return { isOver: false, problems };
}

type Check = (what: string, actual: unknown, wanted: unknown) => void;

const callsOf = ({ calls, hooks, fallbacks }: EveryStage): string =>
  `${calls} calls, ${hooks} hooks, ${fallbacks} fallbacks`;

function checkLeftovers(world: EveryStage, caller: AbortSignal, check: Check): void {
  const { clock, machine, concurrency, rate, nextStart, events } = world;
  check('listeners of the caller', getEventListeners(caller, 'abort').length, 0);
  check('listeners of the machine', machine.listeners.size, 0);
  check('timers of the library', clock.ofLibrary, 0);
  check('queued calls', concurrency.snapshot().queued, 0);
  check('the wait for the next start', rate.reserve(KEY).waitMs, Math.max(0, nextStart - clock.monotonic()));
  const ended = events.filter(({ type }) => type === 'give-up' || type === 'success');
  check('events of the end', ended.length, 1);
}

/** Aborts at each moment until the run is over before. Gives how many runs were aborted, and what is wrong. */
async function abortedAtEach(
  options: SceneOptions,
  moment: (index: number) => Moment,
  { first = 0, step = 1 } = {},
): Promise<{ readonly runs: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  for (let runs = 0; ; runs += 1) {
    const result = await aborted(options, moment(first + runs * step));
    if (result.isOver) return { runs, problems };
    problems.push(...result.problems);
  }
}

const SCENES: readonly SceneOptions[] = [true, false].flatMap((deaf) =>
  [true, false].flatMap((coalesce) => [true, false].map((hedge) => ({ deaf, coalesce, hedge }))),
);

function nameOf({ deaf, coalesce, hedge }: SceneOptions): string {
  return `${deaf ? 'deaf' : 'obedient'} calls${coalesce ? ', coalesced' : ''}${hedge ? ', hedged' : ''}`;
}

test.each(SCENES)('without an abort a run with every stage waits at each of them: %o', async (options) => {
  const world = await undisturbed(options);
  expect(world.result).toBe(options.hedge ? 'by the copy' : 'by the first');
  const kinds = new Set(world.events.flatMap((event) => (event.type === 'wait' ? [event.kind] : [])));
  const all = ['queue', 'rate', 'backoff', 'retry-after', 'budget', 'offline', 'circuit'];
  expect([...kinds].toSorted()).toEqual(all.toSorted());
  const types = new Set<string>(world.events.map(({ type }) => type));
  for (const type of ['attempt', 'failure', 'timeout', 'stall', 'retry', 'success'])
    expect(types).toContain(type);
  expect([types.has('hedge'), types.has('late')]).toEqual([options.hedge, options.deaf]);
  expect(world.hooks).toBe(4);
});

/** Two that differ in everything stand for all in the quick run. */
const TRIED = SCENES.filter(({ deaf, coalesce, hedge }) => FULL || (deaf === coalesce && coalesce === hedge));

describe.each(TRIED.map((options) => ({ options, name: nameOf(options) })))(
  'aborted at every moment: $name',
  ({ options }) => {
    test('a run rejects in the same tick with the reason by identity, and leaves nothing', async () => {
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => void unhandled.push(error);
      process.on('unhandledRejection', note);
      onTestFinished(() => void process.off('unhandledRejection', note));
      const problems: string[] = [];
      let moments = 0;
      for (let turns = 0; turns <= TURNS; turns += 1) {
        // The quick run takes each microtask at every other timer, in turn.
        const every = FULL ? {} : { first: turns % 2, step: 2 };
        const result = await abortedAtEach(options, (timers) => afterTimer(timers, turns), every);
        problems.push(...result.problems);
        moments += result.runs;
      }
      for (const hook of ['onTold', 'onCall', 'onHook'] as const) {
        const result = await abortedAtEach(options, (index) => within(hook, index + 1));
        problems.push(...result.problems);
        moments += result.runs;
      }
      expect(problems).toEqual([]);
      expect(moments).toBeGreaterThan(TURNS * (FULL ? 40 : 20));
      expect(unhandled).toEqual([]);
    });
  },
);

import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../clock/index.ts';
import type { PolicyEvent } from '../events.ts';
import { diceOf, FakeMachine, randomOptions, RandomWork } from '../testing/random-runs.ts';
import type { Dice } from '../testing/random-runs.ts';
import { watch } from '../testing/policy-setup.ts';
import { resilient } from './resilient.ts';

const SEEDS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 20_000 : 200;

/** What may follow the end of a run: abandoned attempts end when they end. */
const AFTERWARDS: readonly string[] = ['late', 'discarded', 'stall', 'fallback'];

/** Events by run, as text. */
function book(): { readonly runs: Map<number, string[]>; readonly onEvent: (event: PolicyEvent) => void } {
  const runs = new Map<number, string[]>();
  const onEvent = (event: PolicyEvent): void => {
    if ('run' in event) runs.set(event.run, [...(runs.get(event.run) ?? []), event.type]);
  };
  return { runs, onEvent };
}

/** Calls come, some are aborted, and the machine sleeps and loses its network; in the end it has one. */
async function disturb(
  dice: Dice,
  clock: VirtualClock,
  machine: FakeMachine,
  abort: () => void,
): Promise<void> {
  for (let step = 0; step < 6; step += 1) {
    await clock.advance(dice.upTo(2_000));
    if (dice.chance(0.15)) abort();
    if (dice.chance(0.3)) machine.tell({ kind: machine.online ? 'offline' : 'online' });
    if (dice.chance(0.2)) {
      await clock.suspend(5_000);
      machine.tell({ kind: 'wake', sleptMs: 5_000 });
    }
  }
  machine.tell({ kind: 'online' });
}

async function play(seed: number): Promise<readonly string[]> {
  const dice = diceOf(seed);
  const [clock, machine, { runs, onEvent }] = [new VirtualClock(), new FakeMachine(), book()];
  const options = randomOptions(dice, clock, machine);
  const policy = resilient('random', { ...options, onEvent });
  const work = new RandomWork(dice, clock);
  const controllers = Array.from({ length: dice.upTo(6) }, () => new AbortController());
  const states: { readonly settled: boolean }[] = [];
  const open = (): number => states.filter(({ settled }) => !settled).length + work.open;
  for (const { signal } of controllers) {
    const key = dice.chance(0.3) ? { key: 'shared' } : {};
    states.push(watch(policy.run(work.call, { ...(dice.chance(0.7) ? { signal } : {}), ...key })));
    await clock.advance(dice.upTo(500));
  }
  await disturb(dice, clock, machine, () => controllers[dice.upTo(controllers.length) - 1]?.abort());
  for (let step = 0; step < 60 && open() > 0; step += 1) {
    await clock.advance(30_000);
  }
  await clock.advance(1_000);
  expect([open(), clock.pending, machine.listeners.size]).toEqual([0, 0, 0]);
  expect(controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
  if (options.concurrency !== undefined) {
    expect(options.concurrency.snapshot()).toMatchObject({ running: 0, queued: 0, abandoned: 0 });
  }
  await clock.advance(600_000);
  expect(await options.breaker?.permitted()).toMatchObject(
    options.breaker === undefined ? {} : { allowed: true },
  );
  for (const types of runs.values()) checkEnd(types);
  return [...runs.values()].flat();
}

function checkEnd(types: readonly string[]): void {
  // A caller that shared somebody else's run has nothing of its own but its fallback.
  if (types.every((type) => type === 'fallback')) return;
  const end = types.findIndex((type) => type === 'success' || type === 'give-up');
  expect(end).toBeGreaterThanOrEqual(0);
  expect(types.slice(end + 1).filter((type) => !AFTERWARDS.includes(type))).toEqual([]);
}

test('whatever the stages and whatever happens, each run settles, ends once, and leaves nothing', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    try {
      for (const type of await play(seed)) seen.add(type);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  const all = ['attempt', 'discarded', 'failure', 'fallback', 'give-up', 'hedge', 'late', 'retry', 'stall'];
  expect([...seen].toSorted()).toEqual([...all, 'success', 'timeout', 'wait']);
}, 300_000);

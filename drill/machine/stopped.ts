import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { kill } from '../product/processes.ts';
import { slowest, times, type Scenario } from './scenario.ts';
import { watchAftermath } from './after.ts';
import { countsOfWorld, HERE, startWorld } from './world.ts';

const STOP_MS = 60_000;
/** A poll of a caught-up source is one list, or two looks of a day; more is a storm. */
const MOST_REQUESTS = 8;

/** Every process of the product is stopped for a minute, as a machine that sleeps stops them. */
export const stopped: Scenario = {
  name: 'everything stopped for 60 s',
  missing: () => (process.platform === 'linux' ? null : 'Linux (/proc)'),
  play: async (stage) => {
    const world = await startWorld(stage, HERE);
    const pids = [world.pid, ...descendants(world.pid)];
    const wake = (): void => {
      for (const pid of pids.toReversed()) kill(pid, 'SIGCONT');
    };
    try {
      for (const pid of pids) kill(pid, 'SIGSTOP');
      await pause(STOP_MS, undefined, { signal: world.signal });
      const states = pids.map(stateOf);
      const back = Date.now();
      wake();
      const { firstMs, most, sameEngine } = await watchAftermath(world, back, 6_000);
      return {
        ...(await countsOfWorld(world)),
        fired: states.every((state) => state === 'T') ? `${String(pids.length)} processes in state T` : null,
        seen: `first requests after ${times(firstMs)}; at most ${String(most)} in 6 s`,
        recoverMs: slowest(firstMs),
        problems: [
          ...(sameEngine ? [] : ['a healthy engine was replaced']),
          ...(firstMs.every((ms) => ms !== null) ? [] : ['a source stood still afterwards']),
          ...(most <= MOST_REQUESTS ? [] : ['a storm of requests']),
        ],
      };
    } finally {
      // What is stopped hears no SIGTERM.
      wake();
      await world.end();
    }
  },
};

/** All processes that a process has started, and theirs. */
export function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = fieldOf(Number(name), 1);
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function stateOf(pid: number): string | undefined {
  return fieldOf(pid, 0);
}

/** A field of /proc/PID/stat behind the name: 0 = state, 1 = parent. */
function fieldOf(pid: number, index: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')
      .at(-1)
      ?.split(' ')[index];
  } catch {
    // It has just ended.
    return undefined;
  }
}

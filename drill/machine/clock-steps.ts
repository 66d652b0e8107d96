import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slowest, times, type Scenario } from './scenario.ts';
import { watchAftermath } from './after.ts';
import { incidentsOf } from '../checker/running.ts';
import { countsOfWorld, HERE, startWorld, type World } from './world.ts';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`,
);
const WATCH_MS = 12_000;
const MOST_REQUESTS = 24;

/** The wall clock of the product steps two hours ahead and then four hours back, while monotonic time goes on. */
export const clockSteps: Scenario = {
  name: 'wall clock steps',
  missing: () => (fakeTimeLibrary() === undefined ? 'libfaketime (apt-get install faketime)' : null),
  play: async (stage) => {
    const file = join(stage.folder, 'offset');
    const setOffset = (text: string): void => writeFileSync(file, `${text}\n`);
    setOffset('+0');
    const productEnv = fakeTime(file);
    const world = await startWorld(stage, { ...HERE, productEnv });
    const hours: number[] = [];
    const stepTo = (text: string): ReturnType<typeof watchAftermath> =>
      step(world, () => {
        setOffset(text);
        hours.push(hoursOff(productEnv));
      });
    try {
      const ahead = await stepTo('+2h');
      const back = await stepTo('-2h');
      const told = await stepsTold(world);
      return {
        ...(await countsOfWorld(world)),
        fired: fires(world, hours),
        seen: `${String(told)} incidents clock-step; ahead: first requests after ${times(ahead.firstMs)}; back: ${times(back.firstMs)}; at most ${String(Math.max(ahead.most, back.most))} in ${String(WATCH_MS / 1000)} s`,
        recoverMs: slowest([...ahead.firstMs, ...back.firstMs]),
        problems: [
          ...(told >= hours.length ? [] : ['a step of the clock is no incident']),
          ...(ahead.sameEngine && back.sameEngine ? [] : ['a healthy engine was replaced']),
          ...([...ahead.firstMs, ...back.firstMs].every((ms) => ms !== null)
            ? []
            : ['a source stood still after a step']),
          ...(Math.max(ahead.most, back.most) <= MOST_REQUESTS ? [] : ['a storm of requests']),
        ],
      };
    } finally {
      await world.end();
    }
  },
};

function step(world: World, change: () => void): ReturnType<typeof watchAftermath> {
  const at = Date.now();
  change();
  return watchAftermath(world, at, WATCH_MS);
}

/** What a process is given so that its wall clock goes by a file. */
export function fakeTime(file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: fakeTimeLibrary() ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** How far the clock is off, in whole hours, for a program that is given the same as the product. */
function hoursOff(env: Readonly<Record<string, string>>): number {
  const { stdout } = spawnSync('date', ['+%s'], { env: { ...process.env, ...env }, encoding: 'utf8' });
  return Math.round((Number(stdout) - Date.now() / 1_000) / 3_600);
}

/** The clock was off as wanted, and the engine goes by it: whatever it made of it. */
function fires(world: World, hours: readonly number[]): string | null {
  const engine = world.engines().at(-1) ?? -1;
  const goesBy = readFileSync(`/proc/${String(engine)}/maps`, 'utf8').includes('libfaketime');
  return goesBy && hours.join() === '2,-2' ? 'the clock was 2 hours ahead, then 2 hours behind' : null;
}

/** The product's own word for it: an incident for each step. */
async function stepsTold({ product }: World): Promise<number> {
  return (await incidentsOf(product)).filter(({ cause }) => cause === 'clock-step').length;
}

/** Where libfaketime is; undefined where it is not. */
export function fakeTimeLibrary(): string | undefined {
  return LIBRARIES.find((path) => existsSync(path));
}

import { existsSync, writeFileSync } from 'node:fs';
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
    const world = await startWorld(stage, {
      ...HERE,
      productEnv: {
        LD_PRELOAD: fakeTimeLibrary() ?? '',
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    try {
      const ahead = await step(world, () => setOffset('+2h'));
      const back = await step(world, () => setOffset('-2h'));
      return {
        ...(await countsOfWorld(world)),
        fired: await stepsSeen(world),
        seen: `ahead: first requests after ${times(ahead.firstMs)}; back: ${times(back.firstMs)}; at most ${String(Math.max(ahead.most, back.most))} in ${String(WATCH_MS / 1000)} s`,
        recoverMs: slowest([...ahead.firstMs, ...back.firstMs]),
        problems: [
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

/** The product's own word for it: an incident for each step. */
async function stepsSeen({ product }: World): Promise<string | null> {
  const steps = (await incidentsOf(product)).filter(({ cause }) => cause === 'clock-step').length;
  return steps > 0 ? `${String(steps)} incidents clock-step` : null;
}

/** Where libfaketime is; undefined where it is not. */
export function fakeTimeLibrary(): string | undefined {
  return LIBRARIES.find((path) => existsSync(path));
}

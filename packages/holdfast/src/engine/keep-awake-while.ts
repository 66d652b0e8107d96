import type { AwakeHold, KeepAwake } from '@holdfast/resilience/awake';
import type { Clock } from '@holdfast/resilience/clock';
import type { Config } from '../config/config.ts';
import type { Engine } from './engine.ts';

/** How often it is decided whether the machine is to stay awake, ms. */
const DECIDE_MS = 5_000;
/** Work that pauses for less than this is going on still, ms. */
const LINGER_MS = 60_000;

/**
 * Asks the machine to stay awake: always, or while some source is being caught up. What was really acquired is told to
 * the engine, for its status. Until `signal` aborts; the locks go then.
 */
export async function keepAwakeWhile(
  keeper: KeepAwake,
  { mode }: Config['keepAwake'],
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let hold: AwakeHold | null = null;
  let worked = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    if (engine.sources().some(({ harvester }) => harvester.state === 'catching-up'))
      worked = clock.monotonic();
    const isWanted = mode === 'always' || clock.monotonic() - worked < LINGER_MS;
    if (isWanted) hold ??= await keeper.acquire('papers are being harvested');
    else if (hold !== null) {
      await hold.release();
      hold = null;
    }
    const { level, summary } = keeper.report();
    engine.keptAwake({ state: level, says: summary });
    await clock.sleep(DECIDE_MS, { signal }).catch(() => undefined);
  }
  await keeper.close();
}

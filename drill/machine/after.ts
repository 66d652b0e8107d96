import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from '../product/processes.ts';
import type { Service, World } from './world.ts';

/** What was seen after a machine came back. */
export interface Aftermath {
  /** From the moment at which it was back to the first request of each service, ms; null = none within the time. */
  readonly firstMs: readonly (number | null)[];
  /** Requests in that time, of the busiest service. */
  readonly most: number;
  /** The engine was neither killed nor started again. */
  readonly sameEngine: boolean;
}

/** A first request comes soon; later than this no machine is to blame any more, however much else it does. */
const FIRST_MS = 20_000;

/**
 * Watches what the services are asked after `back` (wall ms): for `watchMs`, and longer where a service has not been
 * asked yet. The requests of the first `watchMs` are counted.
 */
export async function watchAftermath(world: World, back: number, watchMs: number): Promise<Aftermath> {
  const all = (service: Service): readonly number[] => service.arrivals().filter((at) => at >= back);
  const after = (service: Service): readonly number[] => all(service).filter((at) => at <= back + watchMs);
  const wait = (ms: number): Promise<void> => pause(ms, undefined, { signal: world.signal });
  await wait(Math.max(0, back + watchMs - Date.now()));
  while (world.services.some((service) => all(service).length === 0) && Date.now() < back + FIRST_MS)
    await wait(200);
  const firsts = world.services.map((service) => all(service)[0]);
  const engines = world.engines();
  return {
    firstMs: firsts.map((at) => (at === undefined ? null : at - back)),
    most: Math.max(...world.services.map((service) => after(service).length)),
    sameEngine: engines.length === 1 && isAlive(engines[0] ?? -1),
  };
}

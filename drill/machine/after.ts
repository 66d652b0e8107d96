import { pause, type Service, type World } from './world.ts';

/** What was seen after a machine came back. */
export interface Aftermath {
  /** From the moment at which it was back to the first request of each service, ms; null = none within the time. */
  readonly firstMs: readonly (number | null)[];
  /** Requests in that time, of the busiest service. */
  readonly most: number;
  /** The engine was neither killed nor started again. */
  readonly sameEngine: boolean;
}

/** Watches for `watchMs` what the services are asked after `back` (wall ms). */
export async function watchAftermath(world: World, back: number, watchMs: number): Promise<Aftermath> {
  await pause(Math.max(0, back + watchMs - Date.now()));
  const after = (service: Service): readonly number[] =>
    service.arrivals().filter((at) => at >= back && at <= back + watchMs);
  const firsts = world.services.map((service) => after(service)[0]);
  return {
    firstMs: firsts.map((at) => (at === undefined ? null : at - back)),
    most: Math.max(...world.services.map((service) => after(service).length)),
    sameEngine: world.engines.length === 1 && isAlive(world.engines[0] ?? -1),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

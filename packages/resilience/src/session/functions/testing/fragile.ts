import { seededRandom } from '../../../clock/random.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import type { ConnectionMetrics } from '../connection-metrics.ts';
import type { ConnectionEvent, ConnectionOptions } from '../connection-options.ts';

/** As a driver tells that its browser has gone, for the general table: by its code. */
export const lost = (): Error =>
  Object.assign(new Error('session deleted as the browser has closed the connection'), {
    verdict: { category: 'session-lost', scope: 'session', safeToReplay: 'unknown', evidence: 'class' },
  });
/** An error with a code, as Node and most drivers have it. */
export const coded = (code: string): Error => Object.assign(new Error(code), { code });

/** A resource that is lost so many times, and works again only after a recovery. */
export class Fragile {
  readonly arguments: unknown[][] = [];
  calls = 0;
  recoveries = 0;
  isBroken = false;
  #left: number;

  constructor(losses: number) {
    this.#left = losses;
  }

  readonly call = async (...args: unknown[]): Promise<string> => {
    this.calls += 1;
    this.arguments.push(args);
    if (!this.isBroken && this.#left > 0) {
      this.#left -= 1;
      this.isBroken = true;
    }
    if (this.isBroken) throw lost();
    return 'gathered';
  };

  readonly recover = async (): Promise<void> => {
    this.recoveries += 1;
    this.isBroken = false;
  };
}

/** Lets virtual time pass until a promise has settled. */
export async function settled<T>(clock: VirtualClock, promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let result: PromiseSettledResult<T> | undefined;
  void Promise.allSettled([promise]).then(([settledAs]) => {
    result = settledAs;
  });
  while (result === undefined) await clock.runNext();
  return result;
}

/** A virtual clock, and options that note what happens. */
export const setUp = (more: ConnectionOptions = {}) => {
  const clock = new VirtualClock();
  const events: ConnectionEvent[] = [];
  const reports: ConnectionMetrics[] = [];
  const options: ConnectionOptions = {
    clock,
    random: seededRandom(1),
    onEvent: (event) => void events.push(event),
    onReport: (report) => void reports.push(report),
    ...more,
  };
  return { clock, events, reports, options };
};
/** The waits that were announced. */
export const delays = (events: readonly ConnectionEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'wait' ? [event.delayMs] : []));

/** What a call throws that met a login page. */
export const expired = (): Error => coded('ERR_AUTH_EXPIRED');
/** Knows `expired`. */
export const classifyExpired = (error: unknown) =>
  (error as { code?: string }).code === 'ERR_AUTH_EXPIRED'
    ? ({ category: 'auth-expired', scope: 'auth', safeToReplay: 'yes', evidence: 'code' } as const)
    : undefined;

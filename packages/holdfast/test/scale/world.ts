import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import type { Random } from '@holdfast/resilience/clock';
import type { Transport } from '../../src/transport/port.ts';
import { FarUpstream } from './far-upstream.ts';

/** How long a first byte takes: usually nothing, now and then minutes, as arXiv's does. */
const SLOW_SHARE = 0.03;
const SLOW_MS = [60_000, 300_000] as const;
const LATENCY_MS = 400;

/** Wall time in whole milliseconds, as machines tell it. */
class WholeClock extends VirtualClock {
  override now(): number {
    return Math.round(super.now());
  }
}

/** A virtual clock, an upstream in another process, and what was asked of it. */
export class World {
  readonly clock: VirtualClock;
  readonly upstream = new FarUpstream();
  readonly #random: Random;
  /** Requests by verb; `slow`: those whose first byte took minutes. */
  readonly counts = { requests: 0, slow: 0, byVerb: new Map<string, number>() };

  constructor(seed: number, start: number) {
    this.clock = new WholeClock({ start });
    this.#random = seededRandom(seed);
  }

  readonly transport: Transport = {
    send: async ({ url, headers }, signal) => {
      const { pathname, search, searchParams } = new URL(url);
      const verb = searchParams.get('verb') ?? pathname;
      this.counts.requests += 1;
      this.counts.byVerb.set(verb, (this.counts.byVerb.get(verb) ?? 0) + 1);
      const isSlow = this.#random.next() < SLOW_SHARE;
      if (isSlow) this.counts.slow += 1;
      const [least, most] = SLOW_MS;
      await this.clock.sleep(isSlow ? Math.round(least + this.#random.next() * (most - least)) : LATENCY_MS, {
        signal,
      });
      const plain = { ...headers, 'accept-encoding': 'identity' };
      const answer = await this.upstream.handle(pathname + search, plain, this.clock.now());
      return { url, ...answer, receivedAt: this.clock.now() };
    },
    reset: () => undefined,
    close: () => Promise.resolve(),
  };

  /** Lets virtual time pass until it is done; real answers of the upstream are waited for in real time. */
  async until<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => undefined);
    while (!isDone) {
      if (this.upstream.pending > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      else await this.clock.runNext();
    }
    return done;
  }
}

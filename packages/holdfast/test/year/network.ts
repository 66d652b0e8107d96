import type { Clock, VirtualClock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../../src/model/error.ts';
import type { Answer, Exchange, Transport } from '../../src/transport/port.ts';
import { Generation } from '../simulation/generation.ts';
import { simTransport } from '../simulation/sim-ports.ts';
import type { Life } from './life.ts';
import type { YearUpstream } from './upstreams.ts';

/** The network between our machine and the upstreams. */
export interface YearNetwork {
  readonly upstreams: readonly YearUpstream[];
  /** The upstreams' clock, wall ms. */
  readonly trueNow: () => number;
  /** No way leads out of our machine ... */
  isDown: boolean;
  /** ... and the system says so. */
  isTold: boolean;
  refused: number;
}

/** How long it takes until nobody has answered, ms. */
const NOBODY_MS = 500;

/** Carries the exchanges of one life of the engine. */
export function yearTransport(network: YearNetwork, life: Life): Transport {
  const { clock } = life;
  // The watch at the server's door goes by the server's clock; the answer is stamped with ours.
  const theirs: Clock = {
    now: network.trueNow,
    monotonic: () => clock.monotonic(),
    boot: () => clock.boot(),
    sleep: (ms, options) => clock.sleep(ms, options),
    timer: (ms, callback) => clock.timer(ms, callback),
  };
  const immortal = new Generation(Number.POSITIVE_INFINITY);
  const ways = new Map(
    network.upstreams.map((each) => [
      each.host,
      {
        each,
        way: simTransport({ upstream: each.upstream, watch: each.watch, clock: theirs, life: immortal }),
      },
    ]),
  );
  const send = async (exchange: Exchange, signal: AbortSignal): Promise<Answer> => {
    const found = ways.get(new URL(exchange.url).hostname);
    if (found === undefined) throw new Error(`nobody is called ${exchange.url}`);
    const { each, way } = found;
    if (network.isDown || each.isDown) {
      await clock.sleep(NOBODY_MS, { signal });
      if (network.isDown) network.refused += 1;
      else each.refused += 1;
      throw unreachable(network.isDown ? 'ENETUNREACH' : 'ECONNREFUSED');
    }
    const answer = await way.send(exchange, signal);
    return { ...answer, receivedAt: clock.now() };
  };
  return {
    send: (exchange, signal) => life.call(() => send(exchange, signal)),
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
}

function unreachable(code: string): HoldfastError {
  return new HoldfastError(code, `simulated ${code}`, {
    hint: '',
    verdict: { category: 'network', scope: 'call', safeToReplay: 'unknown', evidence: 'code' },
  });
}

/** The true time: what the machine's clock would show had nobody set it. */
export function trueTime(clock: VirtualClock, start: number): () => number {
  return () => start + clock.boot();
}

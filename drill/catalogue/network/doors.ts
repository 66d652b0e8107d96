import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import { down } from './off-and-on.ts';
import { playOutage } from './outage.ts';

/** The port is closed before the product begins, and opened later. */
const refusedAtStart: Fault = {
  name: 'refused-at-start',
  layer: 'network',
  about: 'The upstream refuses connections when the product starts, and takes them later.',
  holds: 'It waits, says why, and harvests everything as soon as it can.',
  quick: true,
  play: (stage) =>
    playOutage(stage, {
      inject: (at, simulator) => down(at, simulator, false),
      when: 'start',
      lastsMs: 2_000,
      causes: ['outage', 'offline'],
      says: /ECONNREFUSED|ERR_CONNECT/,
    }),
};

/** Up and down ten times, faster than any poll. */
const flapping: Fault = {
  name: 'flapping',
  layer: 'network',
  about: 'The network goes and comes back ten times within a few seconds.',
  holds: 'Nothing is lost or doubled, and no try is sent beyond the budget.',
  quick: false,
  play: (stage) =>
    playOutage(stage, {
      when: 'list',
      lastsMs: 8_000,
      causes: ['outage', 'offline'],
      most: 60,
      inject: async (at, simulator) => {
        const proxy = await FaultProxy.start(simulator.baseUrl, { seed: at.seed });
        at.defer(() => proxy.close());
        let flaps = Promise.resolve();
        let count = 0;
        const flap = async (): Promise<void> => {
          for (; count < 10; count += 1) {
            await proxy.disable();
            await sleep(500, undefined, { signal: at.signal });
            await proxy.enable();
            await sleep(200, undefined, { signal: at.signal });
          }
        };
        return {
          baseUrl: proxy.url,
          begin: () => void (flaps = flap().catch(() => undefined)),
          end: () => flaps,
          struck: () => count,
        };
      },
    }),
};

/** Faults of the way to the upstream. */
export const doorFaults: readonly Fault[] = [refusedAtStart, flapping];

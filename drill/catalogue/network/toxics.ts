import type { Fault } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { ToxicSpec } from '../../proxy/toxic.ts';
import { playOutage, type OutagePlan } from './outage.ts';

interface ToxicRow extends Omit<OutagePlan, 'inject'> {
  readonly name: string;
  readonly about: string;
  readonly holds?: string;
  readonly quick?: boolean;
  readonly toxic: ToxicSpec;
}

const HOLDS = 'It is told, asked again by itself, and every record is there once, those of the meantime too.';
const SLOWER = 'It takes longer, and every record is there once, those of the meantime too.';

const rows: readonly ToxicRow[] = [
  {
    name: 'latency-jitter',
    about: 'Every answer comes 150 ms later, give or take 100.',
    toxic: { type: 'latency', attributes: { latency: 150, jitter: 100 } },
    when: 'list',
    lastsMs: 2_000,
    mild: true,
  },
  {
    name: 'bandwidth',
    about: 'The connection lets 8 KB pass in a second.',
    toxic: { type: 'bandwidth', attributes: { rate: 8 } },
    when: 'list',
    lastsMs: 4_000,
    mild: true,
  },
  {
    name: 'sliced-answers',
    about: 'Answers come in pieces of about 200 bytes, each a millisecond after the one before.',
    toxic: { type: 'slicer', attributes: { average_size: 200, size_variation: 150, delay: 1_000 } },
    when: 'list',
    lastsMs: 2_000,
    mild: true,
  },
  {
    name: 'blackhole',
    about: 'Nothing comes back any more, and no connection is closed.',
    toxic: { type: 'timeout', attributes: { timeout: 0 } },
    when: 'list',
    lastsMs: 15_000,
    causes: ['outage', 'offline'],
    says: /TIMEOUT/,
  },
  {
    name: 'half-open-connection',
    about: 'Between two polls the connection that is kept dies without a word: what is sent gets nowhere.',
    toxic: { type: 'timeout', stream: 'upstream', attributes: { timeout: 0 } },
    when: 'idle',
    lastsMs: 4_000,
    causes: ['outage', 'offline'],
    says: /TIMEOUT/,
  },
  {
    name: 'closed-without-answer',
    about: 'Connections are closed after 300 ms without an answer.',
    toxic: { type: 'timeout', attributes: { timeout: 300 } },
    when: 'list',
    lastsMs: 3_000,
    causes: ['outage', 'offline'],
  },
  {
    name: 'stalled-connection',
    about: 'Answers stand still after 1,500 bytes.',
    toxic: { type: 'timeout', attributes: { timeout: 0, bytes: 1_500 } },
    when: 'list',
    lastsMs: 4_000,
    says: /TIMEOUT|stood still/,
  },
  {
    name: 'reset-before-answer',
    about: 'Every connection is reset when its answer should begin.',
    toxic: { type: 'reset_peer', attributes: { timeout: 0 } },
    when: 'list',
    lastsMs: 2_000,
    causes: ['outage', 'offline'],
    says: /ECONNRESET|CONNECTION_LOST/,
  },
  {
    name: 'reset-mid-body',
    about: 'Every connection is reset after 1,500 bytes of its answers.',
    toxic: { type: 'reset_peer', attributes: { timeout: 50, bytes: 1_500 } },
    when: 'list',
    lastsMs: 3_000,
    says: /ECONNRESET|CONNECTION_LOST|BODY_CUT/,
  },
  {
    name: 'early-end-of-body',
    about: 'Every connection is closed, in order, after 1,500 bytes of its answers.',
    toxic: { type: 'limit_data', attributes: { bytes: 1_500 } },
    when: 'list',
    lastsMs: 2_000,
    says: /BODY_CUT|broke|ECONNRESET/,
  },
];

function faultOf({ name, about, holds, quick = false, toxic, ...plan }: ToxicRow): Fault {
  return {
    name,
    layer: 'network',
    about,
    holds: holds ?? (plan.mild === true ? SLOWER : HOLDS),
    quick,
    play: (stage) =>
      playOutage(stage, {
        ...plan,
        inject: async (at, simulator) => {
          const proxy = await FaultProxy.start(simulator.baseUrl, { seed: at.seed });
          at.defer(() => proxy.close());
          return {
            baseUrl: proxy.url,
            begin: () => void proxy.addToxic(toxic),
            end: () => proxy.removeToxic(toxic.name ?? toxic.type),
            struck: () => proxy.struck(toxic.name ?? toxic.type).connections,
          };
        },
      }),
  };
}

/** Each toxic of the proxy alone. */
export const toxicFaults: readonly Fault[] = rows.map(faultOf);

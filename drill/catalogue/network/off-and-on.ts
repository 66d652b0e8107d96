import type { Fault } from '../../fault.ts';
import type { DrillEvent } from '../../checker/events.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { Stage } from '../../stage.ts';
import type { Simulator } from '../../upstream/simulator.ts';
import { playOutage, type Injection, type Span } from './outage.ts';

/** Tries that found the port closed, in the product's own words: nobody else sees them. */
export function refusedTries(events: readonly DrillEvent[], { from, to }: Span): number {
  return events.filter(
    ({ at, kind, code, message, wait }) =>
      at >= from &&
      at < to &&
      ((kind === 'retry' && /ECONNREFUSED|ERR_CONNECT\b/.test(`${String(code)} ${message ?? ''}`)) ||
        wait?.error?.code === 'ERR_CONNECT'),
  ).length;
}

/** Toxiproxy's `down`: connections are cut, and new ones refused. */
export async function down(stage: Stage, simulator: Simulator, enabled = true): Promise<Injection> {
  const proxy = await FaultProxy.start(simulator.baseUrl, { seed: stage.seed, enabled });
  stage.defer(() => proxy.close());
  return {
    baseUrl: proxy.url,
    begin: async () => void (await proxy.disable()),
    end: () => proxy.enable(),
    struck: refusedTries,
  };
}

/** The first of the scenarios that people ask for. */
export const networkOffAndOn: Fault = {
  name: 'network off and on',
  layer: 'network',
  about:
    'The network goes in the middle of a list, and again when all is caught up, and records are published meanwhile.',
  holds:
    'Every record is there once, those of the outage too; it was told, cost few requests and was one incident.',
  quick: true,
  play: (stage) =>
    playOutage(stage, {
      inject: down,
      when: 'list',
      lastsMs: stage.size === 'full' ? 15_000 : 1_500,
      again: true,
      causes: ['outage', 'offline'],
    }),
};

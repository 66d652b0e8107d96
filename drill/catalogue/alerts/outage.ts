import { setTimeout as pause } from 'node:timers/promises';
import { check, type Check, type Played } from '../../fault.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import type { Stage } from '../../stage.ts';
import { Scene } from '../surface/scene.ts';
import type { Receiver } from './receiver.ts';

/** How long an alert may take that is due, on a loaded machine, with the retries of a channel that was down. */
export const TOLD_MS = 90_000;

/** A word that is told twice comes again within this time. */
const TWICE_MS = 6_000;

/** A product that tells a receiver of outages after a second. */
export async function sceneWith(
  stage: Stage,
  url: string,
  options: { readonly sources?: number; readonly more?: object } = {},
): Promise<Scene> {
  const alerts = { channels: [{ type: 'webhook', url }], outageAfter: '1s' };
  return await Scene.open(stage, { ...options, records: 60, more: { alerts, ...options.more } });
}

/** Every upstream, or the first so many, answers 500 until `mend`. */
export async function breakAll({ simulators }: Scene, count = simulators.length): Promise<number> {
  for (const simulator of simulators.slice(0, count))
    await simulator.control({ do: 'arm', fault: '500@1x*' });
  return Date.now();
}

/** Upstreams answer again. */
export async function mend({ simulators }: Scene): Promise<number> {
  for (const simulator of simulators) await simulator.control({ do: 'disarm' });
  return Date.now();
}

/** One opening, and one recovery of the same incident, each accepted once. */
export function oncePerCause(receiver: Receiver): Check {
  const ids = receiver.accepted();
  const [opened = '', recovered = ''] = ids;
  const same = opened.replace(/:opened$/, '') === recovered.replace(/:recovered$/, '');
  return check(
    'one message for the cause and one for its recovery',
    ids.length === 2 && opened.endsWith(':opened') && recovered.endsWith(':recovered') && same,
    ids.join(', ') || 'none',
    'I7',
  );
}

/** Ends an outage, waits for the word about it, and gives it time to be told twice. */
export async function playOut(
  scene: Scene,
  receiver: Receiver,
  played: {
    readonly injected: number;
    readonly wanted?: number;
    readonly beganAt: number;
    readonly checks: readonly Check[];
    readonly evidence: string;
  },
): Promise<Played> {
  // Nothing can be refused or lost that was never sent: that is no doubt about the drill.
  if (receiver.deliveries.length === 0)
    throw new ProductFailure(`nobody was told of the outage within ${String(TOLD_MS / 1000)} s`);
  const mendedAt = await mend(scene);
  // Who was not told that it began will hardly be told that it is over.
  const patienceMs = receiver.events().includes('opened') ? TOLD_MS : 10_000;
  const recovered = await scene.came(() => receiver.events().includes('recovered'), patienceMs);
  const recoverMs = recovered ? Date.now() - mendedAt : null;
  await pause(TWICE_MS, undefined, { signal: scene.stage.signal });
  const first = receiver.deliveries[0]?.at;
  return await scene.finish({
    injected: played.injected,
    wanted: played.wanted ?? 'some',
    detectMs: first === undefined ? null : first - played.beganAt,
    recoverMs,
    checks: [oncePerCause(receiver), ...played.checks],
    evidence: `${played.evidence}; ${String(receiver.deliveries.length)} deliveries, ${String(receiver.accepted().length)} accepted`,
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import { Scene } from '../../catalogue/surface/scene.ts';
import { check, type Played } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { Stage } from '../../stage.ts';
import { kindsOfFault, Weather } from './weather.ts';

/** How long a storm lasts unless told. */
export const STORM_MS = { quick: 4_000, full: 300_000 } as const;
const GUST_MS = 350;
const CALM_MS = 120_000;

/** Safety while faults overlap, then liveness without any: TigerBeetle's two phases. */
export async function storm(stage: Stage): Promise<Played> {
  const full = stage.size === 'full';
  const durationMs = full ? (stage.durationMs ?? STORM_MS.full) : STORM_MS.quick;
  const proxies: FaultProxy[] = [];
  const scene = await Scene.open(stage, {
    sources: full ? 3 : 2,
    records: 150,
    more: { watchdog: '20s' },
    source: { timeouts: { connect: '2s', firstByte: '3s', idle: '3s' } },
    address: async ({ baseUrl }) => {
      const proxy = await FaultProxy.start(baseUrl, { seed: stage.seed + proxies.length });
      stage.defer(() => proxy.close());
      proxies.push(proxy);
      return proxy.url;
    },
  });
  const weather = new Weather(scene, proxies, stage.seed, full);
  const began = performance.now();
  let minute = 0;
  while (performance.now() - began < durationMs) {
    stage.signal.throwIfAborted();
    await weather.gust();
    const passed = Math.floor((performance.now() - began) / 60_000);
    if (passed > minute) {
      minute = passed;
      stage.say(`${String(minute)} min of storm: ${sentText(weather)}`);
    }
    await pause(GUST_MS, undefined, { signal: stage.signal });
  }
  await weather.calm();
  const calmAt = performance.now();
  const ingestMs = await scene.ingest(5, CALM_MS);
  const caughtUp = await scene.came(
    async () => (await scene.background.product.sources()).every(({ state }) => state === 'ok'),
    CALM_MS,
  );
  const recoverMs = Math.round(performance.now() - calmAt);
  const verified = await scene.background.product.run('verify');
  const gaps = await scene.background.product.gaps();
  const fired = scene.ledgers().reduce((total, { faults }) => total + faults.length, 0);
  const missed = full ? kindsOfFault.filter((kind) => weather.sent[kind] === 0) : [];
  const sent = Object.values(weather.sent).reduce((total, count) => total + count, 0);
  return await scene.finish({
    injected: missed.length > 0 ? 0 : sent - weather.sent.upstream + fired,
    wanted: 'some',
    detectMs: null,
    recoverMs: caughtUp && ingestMs !== null ? recoverMs : null,
    checks: [
      check('`verify` ends with 0', verified.code === 0, verified.stdout, 'I3'),
      check('no gap is left', gaps.length === 0, gaps.slice(0, 3)),
    ],
    evidence: [
      ...(missed.length === 0 ? [] : [`never happened: ${missed.join(', ')}`]),
      `${sentText(weather)}, of which ${String(fired)} answers were spoiled; caught up ${String(recoverMs)} ms after the storm`,
      `mix: ${weather.mix}`,
    ].join('; '),
  });
}

function sentText({ sent }: Weather): string {
  return kindsOfFault.map((kind) => `${kind} ${String(sent[kind])}`).join(', ');
}

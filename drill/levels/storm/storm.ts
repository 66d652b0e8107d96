import { setTimeout as pause } from 'node:timers/promises';
import { Scene } from '../../catalogue/surface/scene.ts';
import { check, type Played } from '../../fault.ts';
import type { SourceLine } from '../../product/installation.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import type { Stage } from '../../stage.ts';
import { kindsOfFault, Weather } from './weather.ts';

/** How long a storm lasts unless told. */
export const STORM_MS = { quick: 4_000, full: 300_000 } as const;
const GUST_MS = 350;
/** The longest of the product's own waits is five minutes: an outage of minutes may have reached it. */
const CALM_MS = { quick: 120_000, full: 330_000 } as const;
/** What a row takes beside its storm at most, ms. */
export const BESIDE_MS: number = CALM_MS.full + 150_000;

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
  const calm = await waitForCalm(scene, CALM_MS[stage.size]);
  const verified = await scene.background.product.run('verify');
  const gaps = await scene.background.product.gaps();
  const fired = scene.ledgers().reduce((total, { faults }) => total + faults.length, 0);
  const missed = full ? kindsOfFault.filter((kind) => weather.sent[kind] === 0) : [];
  const sent = Object.values(weather.sent).reduce((total, count) => total + count, 0);
  return await scene.finish({
    injected: missed.length > 0 ? 0 : sent - weather.sent.upstream + fired,
    wanted: 'some',
    detectMs: null,
    recoverMs: calm.behind.length === 0 ? calm.tookMs : null,
    checks: [
      check('`verify` ends with 0', verified.code === 0, verified.stdout, 'I3'),
      check('no gap is left', gaps.length === 0, gaps.slice(0, 3)),
    ],
    evidence: [
      ...(missed.length === 0 ? [] : [`never happened: ${missed.join(', ')}`]),
      `${sentText(weather)}, of which ${String(fired)} answers were spoiled; looked at until ${String(calm.tookMs)} ms after the storm`,
      `mix: ${weather.mix}`,
      ...calm.behind,
    ].join('; '),
  });
}

/** Waits until what is added now is stored and every source is caught up; `behind` says what was not in time. */
async function waitForCalm(
  scene: Scene,
  withinMs: number,
): Promise<{ readonly tookMs: number; readonly behind: readonly string[] }> {
  const began = performance.now();
  const tookMs = (): number => Math.round(performance.now() - began);
  const isStored = (await scene.ingest(5, withinMs)) !== null;
  let behind: readonly SourceLine[] = [];
  await scene.came(async () => {
    behind = (await scene.background.product.sources()).filter(({ state }) => state !== 'ok');
    return behind.length === 0;
  }, withinMs - tookMs());
  return {
    tookMs: tookMs(),
    behind: [
      ...(isStored ? [] : ['what was added in the calm was not stored in time']),
      ...behind.map(({ id, state, reason, nextAttemptAt }) => {
        return `${id} is ${state}: ${reason}, next at ${String(nextAttemptAt)}`;
      }),
    ],
  };
}

function sentText({ sent }: Weather): string {
  return kindsOfFault.map((kind) => `${kind} ${String(sent[kind])}`).join(', ');
}

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { missingForMounts, mountSmall, refused } from '../storage/tools.ts';
import { Scene } from '../surface/scene.ts';
import { oncePerCause, TOLD_MS } from './outage.ts';
import { Receiver } from './receiver.ts';

/** Two pings and a half are missed. */
const EVERY_MS = 10_000;
const SILENT_MS = 25_000;

/** Enough for what is there at first, not for what is published then. */
const SMALL = 'size=6m';
const LARGE = 'size=64m';
const MORE_RECORDS = 3_000;

/** Nothing about a full disk can be written down, and it has to be told all the same. */
export const fullDiskFaults: readonly Fault[] = [
  {
    name: 'full disk is told',
    layer: 'alerts',
    about:
      'The disk under the data folder, with the logs and the memory of the alerts on it, is full in the middle of a harvest, and has room again later.',
    holds:
      "An alert says so while it lasts and another that it is over, each once; the dead man's ping is withheld, the page says that it is not ready, and `status` exits with 4.",
    quick: false,
    limitMs: 420_000,
    missing: missingForMounts,
    play: fullDisk,
  },
];

async function fullDisk(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  const alerts = { channels: [{ type: 'webhook', url: receiver.url }], outageAfter: '1s' };
  const deadman = { url: receiver.at('/ping'), every: EVERY_MS };
  const scene = await Scene.open(stage, { records: 60, more: { alerts, deadman } }, false);
  const { product } = scene.background;
  const disk = mountSmall(stage, SMALL, join(product.folder, 'data'));
  await scene.begin();
  const pinged = await scene.came(() => receiver.others.length > 0);
  const [simulator] = scene.simulators;
  await simulator.control({ do: 'addRecords', count: MORE_RECORDS });
  const beganAt = Date.now();
  const opened = await scene.came(() => receiver.events().includes('opened'), TOLD_MS);
  const fired = refused(disk.folder, 'ENOSPC');
  const toldAt = Date.now();
  const status = await product.run('status');
  const ready = await fetch(new URL('readyz', scene.background.place.page), { signal: stage.signal });
  await pause(SILENT_MS, undefined, { signal: stage.signal });
  disk.remount(LARGE);
  const roomAt = Date.now();
  const meanwhile = receiver.others.filter(({ at }) => at > toldAt + 1_000 && at < roomAt).length;
  const recovered = await scene.came(() => receiver.events().includes('recovered'), TOLD_MS);
  const recoverMs = recovered ? Date.now() - roomAt : null;
  const again = await scene.came(() => receiver.others.some(({ at }) => at > roomAt), TOLD_MS);
  return await scene.finish({
    injected: fired,
    wanted: 1,
    detectMs: opened ? toldAt - beganAt : null,
    recoverMs,
    checks: [
      check('pings come while all is well', pinged, receiver.others.length),
      check('an alert says so while it lasts', opened, receiver.events().join(', ') || 'none', 'I7'),
      oncePerCause(receiver),
      check('status exits with 4', status.code === 4, status.code, 'I10'),
      check('the page is not ready', ready.status === 503, ready.status, 'I10'),
      check(
        'no ping comes while nothing can be stored',
        meanwhile === 0,
        `${String(meanwhile)} pings`,
        'I10',
      ),
      check('pings go on with room again', again, receiver.others.length),
    ],
    evidence: `${String(receiver.others.length)} pings, ${String(receiver.accepted().length)} alerts`,
  });
}

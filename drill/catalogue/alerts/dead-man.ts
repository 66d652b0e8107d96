import { setTimeout as pause } from 'node:timers/promises';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { kill, stateOf } from '../../product/processes.ts';
import { Scene } from '../surface/scene.ts';
import { Receiver } from './receiver.ts';

/** Shorter than the watchdog, which would replace the engine, longer than two pings are apart. */
const STOPPED_MS = 26_000;
const EVERY_MS = 10_000;

/** A dead machine cannot alert: its silence must. */
export const deadManFaults: readonly Fault[] = [
  {
    name: "dead man's ping stops",
    layer: 'alerts',
    about: 'The engine is stopped (SIGSTOP) while the page server, which sends the ping, lives on.',
    holds: 'No ping comes while the engine hangs, and pings go on when it does.',
    quick: false,
    limitMs: 300_000,
    missing: () => (process.platform === 'win32' ? 'SIGSTOP, which Windows does not have' : null),
    play: engineStopped,
  },
];

async function engineStopped(stage: Stage): Promise<Played> {
  const receiver = await Receiver.open(stage);
  const scene = await Scene.open(stage, {
    records: 60,
    more: { deadman: { url: receiver.at('/ping'), every: EVERY_MS }, watchdog: '120s' },
  });
  const pids = await scene.background.mustHavePids();
  const before = await scene.came(() => receiver.others.length >= 2);
  const isTaken = kill(pids.engine, 'SIGSTOP');
  const stoppedAt = Date.now();
  stage.defer(() => void kill(pids.engine, 'SIGCONT'));
  await pause(STOPPED_MS, undefined, { signal: stage.signal });
  // Where the system tells, it has to be stopped still; elsewhere the signal itself has to be believed.
  const state = stateOf(pids.engine) ?? (process.platform === 'linux' ? 'gone' : 'T');
  const wokenAt = Date.now();
  kill(pids.engine, 'SIGCONT');
  // One may have been under way when the engine stopped.
  const meanwhile = receiver.others.filter(({ at }) => at > stoppedAt + 1_000 && at < wokenAt).length;
  const again = await scene.came(() => receiver.others.some(({ at }) => at > wokenAt));
  const firstAgain = receiver.others.find(({ at }) => at > wokenAt)?.at ?? null;
  const ingestMs = await scene.ingest();
  const after = await scene.background.pids();
  return await scene.finish({
    injected: Number(isTaken && state === 'T'),
    wanted: 1,
    detectMs: null,
    recoverMs: ingestMs,
    checks: [
      check('pings come while all is well', before, receiver.others.length),
      check('no ping comes while the engine hangs', meanwhile === 0, `${String(meanwhile)} pings`, 'I10'),
      check(
        'pings go on',
        again,
        firstAgain === null ? 'none' : `${String(firstAgain - wokenAt)} ms after it went on`,
      ),
      check('the engine is the same one', after?.engine === pids.engine, { pids, after }),
    ],
    evidence: `${String(receiver.others.length)} pings, none of them in ${String(Math.round((wokenAt - stoppedAt) / 1000))} s`,
  });
}

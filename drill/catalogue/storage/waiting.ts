import { check, type Check, type Played } from '../../fault.ts';
import type { Foreground } from '../../product/foreground.ts';
import type { Stage } from '../../stage.ts';
import {
  caughtUpAfter,
  committedAfter,
  conclude,
  lastCommitBefore,
  pause,
  waitsForDisk,
  type Harvest,
} from './harvest.ts';

/** How a fault of the disk is taken away, and what it left as evidence. */
export interface Trouble {
  readonly began: number;
  readonly end: () => void | Promise<void>;
  readonly fired: () => number;
  readonly code: RegExp;
}

/**
 * The story of every fault of a disk that passes: the run waits in sight, is asked how it is, and goes on by itself
 * when the disk is well again; the engine is the same all the time.
 */
export async function waitOut(
  stage: Stage,
  harvest: Harvest,
  live: Foreground,
  trouble: Trouble,
): Promise<Played> {
  const { wait, at } = await live.until('it waits for the disk', waitsForDisk(trouble.began));
  await pause(1_500, stage.signal);
  const [source] = await harvest.product.sources();
  const caughtUp = live.events().some(caughtUpAfter(trouble.began));
  const fired = trouble.fired();
  await trouble.end();
  const ended = Date.now();
  const commit = await live.until('a commit after the fault', committedAfter(ended));
  await live.until('it has everything', caughtUpAfter(ended));
  const checks = [
    check('the wait names its cause', trouble.code.test(wait?.error?.code ?? ''), wait),
    check('status does not say ok meanwhile', source?.state !== 'ok', source?.state ?? 'no source', 'I10'),
    check('nothing was called caught up meanwhile', !caughtUp, caughtUp, 'I10'),
    sameEngine(live),
  ];
  const { code } = await live.stop();
  return conclude(harvest, {
    injected: fired,
    wanted: 'some',
    // What could still be committed was not hit yet.
    detectMs: at - Math.max(trouble.began, lastCommitBefore(live, at)),
    recoverMs: commit.at - ended,
    checks: [...checks, check('it ends well', code === 0, code)],
    evidence: `fired ${String(fired)} times, ${wait?.error?.code ?? ''}, shown as ${source?.state ?? ''}`,
  });
}

/** The engine was neither restarted nor did it die. */
export function sameEngine(live: Foreground): Check {
  const starts = live.count(({ kind }) => kind === 'engine-started');
  const ends = live.events().filter(({ kind }) => kind === 'engine-exited');
  const how = ends.map(({ code, signal, reason = '' }) => `${signal ?? `exit ${String(code)}`} ${reason}`);
  return check('the engine lives on', starts === 1, [`${String(starts)} starts`, ...how].join('; '));
}

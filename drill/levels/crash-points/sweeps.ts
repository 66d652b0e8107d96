import { check, type Check, type Fault, type Played } from '../../fault.ts';
import { ioFailures, kills } from '../../kill/injections.ts';
import { canTrace, type SystemCall } from '../../kill/strace.ts';
import { sweep, type Injection, type SweepReport } from '../../kill/sweep.ts';
import type { Stage } from '../../stage.ts';

const SAMPLE = 6;
/** So many points there are at least in a whole harvest. */
const LEAST = 100;

interface Sweep extends Pick<Fault, 'name' | 'about' | 'holds' | 'limitMs'> {
  readonly injection: Injection;
  /** What has to hold at each point, as a few words. */
  readonly what: string;
  /** Kinds of points that there have to be. */
  readonly kinds: (report: SweepReport, stage: Stage) => readonly Check[];
}

/** Something is done to each system call of a harvest that reaches the disk. */
export const sweeps: readonly Fault[] = [
  {
    name: 'system call sweep',
    about:
      'over one whole harvest the engine is killed before the 1st, 2nd, 3rd ... write, sync, truncation, removal and renaming of its files, at every one with --full',
    holds: 'the next run completes the harvest, and nothing is lost, doubled or changed',
    limitMs: 60 * 60_000,
    injection: kills,
    what: 'each point leaves a store that the next run completes',
    kinds: callsSeen,
  } satisfies Sweep,
  {
    name: 'nth I/O error',
    about:
      'over one whole harvest the 1st, 2nd, 3rd ... write and sync of the store fails, with EIO and with ENOSPC, at every one with --full',
    holds:
      'nothing that was acknowledged is gone, no run ends with 0 while something is missing, and the next run completes it',
    limitMs: 120 * 60_000,
    injection: ioFailures,
    what: 'each failure is borne',
    kinds: failuresFired,
  } satisfies Sweep,
].map(faultOf);

function faultOf(each: Sweep): Fault {
  const { name, about, holds, limitMs = 60 * 60_000 } = each;
  return {
    name,
    layer: 'crash-points',
    about,
    holds,
    quick: false,
    missing: () => (canTrace() ? null : 'Linux and strace'),
    limitMs,
    play: (stage) => play(stage, each),
  };
}

async function play(stage: Stage, { injection, what, kinds }: Sweep): Promise<Played> {
  const { size, seed, folder, signal } = stage;
  const report = await sweep(injection, {
    folder,
    seed,
    signal,
    ...(size === 'quick' ? { sample: SAMPLE } : {}),
    onPoint: (done, of) => {
      if (done % 20 === 0) stage.say(`${String(done)} of ${String(of)} points`);
    },
  });
  const { series, unharmed, lost, duplicated, unexpected, requests, problems } = report;
  const points = series.reduce((sum, each) => sum + each.points, 0);
  const fired = series.filter((each) => each.points > 0);
  return {
    injected: points,
    // The last point of a kind need not come again.
    wanted: size === 'quick' ? SAMPLE - 2 : LEAST,
    traffic: requests,
    lost,
    duplicated,
    unexpected,
    recovered: !problems.some((problem) => problem.includes('the next run ended with')),
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: [check(what, problems.length === 0, problems.slice(0, 3).join('; ')), ...kinds(report, stage)],
    evidence: `${String(points)} points: ${fired
      .map((each) => `${each.errno ?? each.files} ${each.call} ${String(each.points)}`)
      .join(', ')}; ${String(unharmed)} runs completed in spite of theirs`,
    counts: { crashPoints: points },
  };
}

/** SQLite may write and sync by either call of a pair. */
const WRITES: readonly SystemCall[] = ['pwrite64', 'write'];
const SYNCS: readonly SystemCall[] = ['fsync', 'fdatasync'];

/** A sweep over calls that are never made proves nothing. */
function callsSeen({ series }: SweepReport): readonly Check[] {
  const kinds = [
    ['writes of the store', 'store', WRITES],
    ['syncs of the store', 'store', SYNCS],
    ['removals or truncations beside the store', 'store', ['unlink', 'ftruncate']],
    ['writes of the state', 'state', WRITES],
    ['syncs of the state', 'state', SYNCS],
  ] as const;
  return kinds.map(([what, files, calls]) => {
    const seen = series
      .filter((each) => each.files === files && calls.some((call) => call === each.call))
      .reduce((sum, each) => sum + each.seen, 0);
    return check(`there are ${what} to be killed at`, seen > 0, seen);
  });
}

/** A sample need not have all of them. */
function failuresFired({ series }: SweepReport, { size }: Stage): readonly Check[] {
  if (size === 'quick') return [];
  const kinds = [
    ['writes', WRITES],
    ['syncs', SYNCS],
  ] as const;
  return (['EIO', 'ENOSPC'] as const).flatMap((errno) =>
    kinds.map(([what, calls]) => {
      const fired = series
        .filter((each) => each.errno === errno && calls.some((call) => call === each.call))
        .reduce((sum, each) => sum + each.points, 0);
      return check(`there were ${what} that failed with ${errno}`, fired > 0, fired);
    }),
  );
}

import { check, type Check, type Fault, type Played } from '../../fault.ts';
import { canTrace } from '../../kill/strace.ts';
import { sweep, type SweepReport } from '../../kill/sweep.ts';
import type { Stage } from '../../stage.ts';

const SAMPLE = 6;

/** SIGKILL before each system call that reaches the disk. */
export const systemCallSweep: Fault = {
  name: 'system call sweep',
  layer: 'crash-points',
  about:
    'over one whole harvest the engine is killed before the 1st, 2nd, 3rd ... write, sync, truncation, removal and renaming of its files, at every one with --full',
  holds: 'the next run completes the harvest, and nothing is lost, doubled or changed',
  quick: false,
  missing: () => (canTrace() ? null : 'Linux and strace'),
  limitMs: 60 * 60_000,
  play,
};

async function play(stage: Stage): Promise<Played> {
  const { size, seed, folder, signal } = stage;
  const report = await sweep({
    folder,
    seed,
    signal,
    ...(size === 'quick' ? { sample: SAMPLE } : {}),
    onPoint: (done, of) => {
      if (done % 20 === 0) stage.say(`${String(done)} of ${String(of)} points`);
    },
  });
  const points = report.series.reduce((sum, each) => sum + each.points, 0);
  const { lost, duplicated, unexpected, requests, problems } = report;
  return {
    injected: points,
    // The last point of a kind need not come again.
    wanted: size === 'quick' ? SAMPLE - 2 : 100,
    traffic: requests,
    lost,
    duplicated,
    unexpected,
    recovered: !problems.some((problem) => problem.includes('the next run ended with')),
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: [
      check(
        'each point leaves a store that the next run completes',
        problems.length === 0,
        problems.slice(0, 3).join('; '),
      ),
      ...expectedKinds(report),
    ],
    evidence: `${String(points)} points: ${report.series
      .filter((each) => each.points > 0)
      .map((each) => `${each.files} ${each.call} ${String(each.points)}`)
      .join(', ')}`,
    counts: { crashPoints: points },
  };
}

/** A sweep over calls that are never made proves nothing: SQLite may sync by `fsync` or by `fdatasync`. */
function expectedKinds({ series }: SweepReport): readonly Check[] {
  const kinds = [
    ['writes of the store', 'store', ['pwrite64', 'write']],
    ['syncs of the store', 'store', ['fsync', 'fdatasync']],
    ['removals or truncations beside the store', 'store', ['unlink', 'ftruncate']],
    ['writes of the state', 'state', ['pwrite64', 'write']],
    ['syncs of the state', 'state', ['fsync', 'fdatasync']],
  ] as const;
  return kinds.map(([what, files, calls]) => {
    const seen = series
      .filter((each) => each.files === files && calls.some((call) => call === each.call))
      .reduce((sum, each) => sum + each.seen, 0);
    return check(`there are ${what} to be killed at`, seen > 0, seen);
  });
}

import { check, type Fault, type Played } from '../../fault.ts';
import { failIo } from '../../kill/io-errors.ts';
import { canTrace } from '../../kill/strace.ts';
import type { Stage } from '../../stage.ts';

const SAMPLE = 6;

/** SQLite's own loop: the N-th input or output fails, for every N. */
export const ioErrors: Fault = {
  name: 'nth I/O error',
  layer: 'crash-points',
  about:
    'over one whole harvest the 1st, 2nd, 3rd ... write and sync of the store fails, with EIO and with ENOSPC, at every one with --full',
  holds:
    'nothing that was acknowledged is gone, no run ends with 0 while something is missing, and the next run completes it',
  quick: false,
  missing: () => (canTrace() ? null : 'Linux and strace'),
  limitMs: 90 * 60_000,
  play,
};

async function play(stage: Stage): Promise<Played> {
  const { size, seed, folder, signal } = stage;
  const report = await failIo({
    folder,
    seed,
    signal,
    ...(size === 'quick' ? { sample: SAMPLE } : {}),
    onPoint: (done, of) => {
      if (done % 20 === 0) stage.say(`${String(done)} of ${String(of)} points`);
    },
  });
  const { points, fired, unharmed, lost, duplicated, unexpected, requests, problems } = report;
  const kinds = Object.keys(fired);
  return {
    injected: points,
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
      check('each failure is borne', problems.length === 0, problems.slice(0, 3).join('; ')),
      ...(size === 'quick'
        ? []
        : ['EIO of pwrite64', 'ENOSPC of pwrite64', 'EIO of fsync', 'ENOSPC of fsync'].map((kind) =>
            check(
              `there were failures ${kind}`,
              kinds.some((each) => sameKind(each, kind)),
              kinds,
            ),
          )),
    ],
    evidence: `${String(points)} failures: ${Object.entries(fired)
      .map(([kind, times]) => `${kind} ${String(times)}`)
      .join(', ')}; ${String(unharmed)} runs completed in spite of theirs`,
    counts: { crashPoints: points },
  };
}

/** SQLite may sync by either call. */
function sameKind(a: string, b: string): boolean {
  return a.replace('fdatasync', 'fsync') === b;
}

import { check, type Fault, type Played } from '../../fault.ts';
import { killImports } from '../../kill/kill-imports.ts';
import { Dice } from '../../kill/random.ts';
import type { Stage } from '../../stage.ts';

const SIZES = { quick: { kills: 2, rows: 6_000 }, full: { kills: 12, rows: 40_000 } } as const;

/** SIGKILL of an import at random moments. */
export const importKills: Fault = {
  name: 'kills of an import',
  layer: 'crash-points',
  about: 'the import of a snapshot is killed at random moments after its first commit, again and again',
  holds: 'the same command goes on where it was, and in the end each row is there exactly once',
  quick: false,
  missing: () => (process.platform === 'win32' ? 'process groups, which Windows does not have' : null),
  limitMs: 10 * 60_000,
  play,
};

async function play({ size, seed, folder, signal }: Stage): Promise<Played> {
  const dice = new Dice(seed);
  const { kills, rows } = SIZES[size];
  const { hits, problems, lost, duplicated, unexpected } = await killImports(folder, {
    kills,
    rows,
    random: () => dice.next(),
    signal,
  });
  return {
    injected: hits,
    wanted: 'some',
    // An import asks nobody: its rows are the traffic.
    traffic: rows,
    lost,
    duplicated,
    unexpected,
    recovered: problems.length === 0,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    checks: [
      check(
        'the last import counts right and the store is whole',
        problems.length === 0,
        problems.join('; '),
      ),
    ],
    evidence: `${String(hits)} of ${String(kills)} kills hit an import that was under way; ${String(rows)} rows`,
    counts: { kills: hits },
  };
}

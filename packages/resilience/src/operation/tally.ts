import type { Journal } from './journal.ts';
import type { OperationReport } from './operation-port.ts';

/** What a run has done so far. */
export interface Tally {
  itemsDone: number;
  itemsBefore: number;
  stepsRun: number;
  stepsReplayed: number;
  commits: number;
  commitsSkipped: number;
  effectsDone: number;
  effectsSkipped: number;
  effectsVerified: number;
}

/** Nothing yet. */
export function newTally(): Tally {
  return {
    itemsDone: 0,
    itemsBefore: 0,
    stepsRun: 0,
    stepsReplayed: 0,
    commits: 0,
    commitsSkipped: 0,
    effectsDone: 0,
    effectsSkipped: 0,
    effectsVerified: 0,
  };
}

/** The report of a run that has ended. */
export function reportOf<T>(
  tally: Tally,
  journal: Pick<Journal<unknown>, 'all'>,
  end: Pick<OperationReport<T>, 'state' | 'value' | 'resumed' | 'durationMs'>,
): OperationReport<T> {
  const { effectsDone, effectsSkipped, effectsVerified, ...counts } = tally;
  return {
    ...end,
    ...counts,
    effects: { done: effectsDone, skipped: effectsSkipped, verified: effectsVerified },
    inDoubt: journal
      .all('effect')
      .filter(({ state }) => state === 'in-doubt')
      .map(({ path }) => path),
  };
}

import type { Cell } from './cells.ts';

/** What became of one row of the drill. */
export interface Row extends Cell {
  /** `unknown`: the fault did not fire, so nothing was shown. */
  readonly verdict: 'valid' | 'invalid' | 'unknown' | 'not-covered';
  /** How it is known that the fault fired; null when it did not. */
  readonly fired: string | null;
  readonly problems: readonly string[];
  readonly opens: number;
  /** Tries at opening that failed, as when the fault strikes in one. */
  readonly failedOpens: number;
  readonly reattaches: number;
  readonly losses: number;
  readonly viewLosses: number;
  readonly logins: number;
  /** From the loss to the next generation, the longest, ms; null without a loss. */
  readonly recoveryMs: number | null;
  /** How far beyond its deadline a call went, at most, ms. */
  readonly overdueMs: number;
  readonly sent: number;
  readonly twice: number;
  readonly lost: number;
  readonly inDoubt: number;
}

/** A row that says why it could not be played. */
export function unplayed(cell: Cell, verdict: 'invalid' | 'not-covered', problem: string): Row {
  return {
    ...cell,
    verdict,
    fired: null,
    problems: [problem],
    opens: 0,
    failedOpens: 0,
    reattaches: 0,
    losses: 0,
    viewLosses: 0,
    logins: 0,
    recoveryMs: null,
    overdueMs: 0,
    sent: 0,
    twice: 0,
    lost: 0,
    inDoubt: 0,
  };
}

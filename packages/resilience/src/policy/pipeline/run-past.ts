import type { Category, Verdict } from '../../classify/verdict.ts';
import type { AttemptRecord } from './failure.ts';

/** A failure, judged. */
export interface Failed {
  readonly error: unknown;
  readonly verdict: Verdict;
}

/** Retries of one category so far. */
export interface Retried {
  readonly count: number;
  readonly delayMs: number | undefined;
}

/** What a run remembers of its failures. */
export interface Past {
  last: Failed | undefined;
  /** For which failure the budget paid the present attempt. */
  paid: Category | undefined;
  /** Attempts that count. */
  counted: number;
  readonly retried: Map<Category, Retried>;
  readonly records: AttemptRecord[];
  /** The machine had no network at some time since the last attempt began. */
  wasOffline: boolean;
  /** Failures that were excused since time was lost meanwhile. */
  standstills: number;
}

/** Nothing has failed yet. */
export function newPast(): Past {
  return {
    last: undefined,
    paid: undefined,
    counted: 0,
    retried: new Map(),
    records: [],
    wasOffline: false,
    standstills: 0,
  };
}

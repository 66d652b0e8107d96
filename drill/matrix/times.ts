import { detectAfter, recoverAfter, type DrillEvent } from '../checker/events.ts';
import type { Ledger } from '../upstream/ledger.ts';

/** How long it took from a fault to the first word about it, and from the fault's end to the next commit; ms. */
export interface Times {
  readonly detectMs: number | null;
  readonly recoverMs: number | null;
}

/**
 * By the product's events and the upstream's ledgers, which share a clock. A fault that harms nothing (a page in
 * another order) is not spoken of, and has no time of detection.
 */
export function timesOf(events: readonly DrillEvent[], ledgers: readonly Ledger[]): Times {
  const faults = ledgers.flatMap((ledger) => ledger.faults);
  if (faults.length === 0) return { detectMs: null, recoverMs: null };
  const answered = ledgers.flatMap(({ exchanges }) =>
    exchanges.flatMap(({ response }) => (response?.fault === undefined ? [] : [response.at])),
  );
  const start = Math.min(...faults.map(({ at }) => at));
  const end = Math.max(...answered, ...faults.map(({ at }) => at));
  return { detectMs: detectAfter(events, start), recoverMs: recoverAfter(events, end) };
}

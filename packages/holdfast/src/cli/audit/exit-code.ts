import { combineExitCodes, EXIT } from '../../model/exit-code.ts';
import type { Asked } from './ask.ts';
import type { SourceReport } from './source-report.ts';

/** 4 while anything is missing, a day is owed or the audit could not ask about one, 69 when an outage is why an audit could not ask, 130 after Ctrl-C. */
export function exitCodeOfAudit(reports: readonly SourceReport[], asked: Asked | null): number {
  const open = reports.some(({ coverage, facts }) => {
    const missing = facts.gaps.some(({ state }) => state === 'open');
    return missing || coverage.days === 0 || coverage.complete + coverage.young < coverage.days;
  });
  const unfinished =
    asked?.runs.some(({ state, unproved = [] }) => state !== 'ended' || unproved.length > 0) ?? false;
  return combineExitCodes([
    open || unfinished ? EXIT.degraded : EXIT.ok,
    asked?.isOutage === true ? EXIT.outage : EXIT.ok,
    asked?.isInterrupted === true ? EXIT.interrupted : EXIT.ok,
  ]);
}

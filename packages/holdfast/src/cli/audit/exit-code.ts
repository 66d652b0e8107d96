import { combineExitCodes, EXIT } from '../../model/exit-code.ts';
import type { Asked } from './ask.ts';
import type { SourceReport } from './source-report.ts';

/** 4 while anything is missing or a day is owed, 69 when an outage is why an audit could not ask, 130 after Ctrl-C. */
export function exitCodeOfAudit(reports: readonly SourceReport[], asked: Asked | null): number {
  const open = reports.some(({ coverage, facts }) => {
    const missing = facts.gaps.some(({ state }) => state === 'open');
    return missing || coverage.days === 0 || coverage.complete + coverage.young < coverage.days;
  });
  const unfinished = asked?.runs.some(({ state }) => state !== 'ended') ?? false;
  return combineExitCodes([
    open || unfinished ? EXIT.degraded : EXIT.ok,
    asked?.isOutage === true ? EXIT.outage : EXIT.ok,
    asked?.isInterrupted === true ? EXIT.interrupted : EXIT.ok,
  ]);
}

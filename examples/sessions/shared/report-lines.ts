import type { OperationReport } from '@holdfast/resilience/operation';
import type { About, Flags } from './flags.ts';

/** What a run did, for a person. */
export function reportLines({ name, items }: About, report: OperationReport<void>, flags: Flags): string[] {
  const { state, itemsDone, itemsBefore, inDoubt } = report;
  const before = itemsBefore > 0 ? `, ${itemsBefore} before` : '';
  return [
    `${name}: ${headline(report, flags)}, ${itemsDone} ${items} now${before}`,
    ...(state === 'partial' && !flags.dryRun ? ['Start again to go on with the rest.'] : []),
    ...inDoubt.map((path) => `in doubt: ${path}`),
    ...(inDoubt.length > 0
      ? [
          'Look on the portal whether that happened, then start again with --settle PATH=done or PATH=not-done.',
        ]
      : []),
  ];
}

/** 0, or 4 while something is in doubt. */
export function exitCodeOf(report: OperationReport<void>): number {
  return report.inDoubt.length > 0 ? 4 : 0;
}

function headline({ state, resumed, itemsDone, stepsRun }: OperationReport<void>, { dryRun }: Flags): string {
  if (dryRun) return 'dry run, nothing was stored or sent';
  if (state === 'partial') return 'stopped as asked';
  return resumed && itemsDone === 0 && stepsRun === 0 ? 'all was done before (--fresh begins anew)' : 'done';
}

import type { AuditRun } from '../../model/audit.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import { progressOf, type AuditProgress, type AuditStep } from './progress.ts';

/** So many sentences are kept. */
const MOST_DOUBTS = 20;

/** A run with another step, and a doubt, if there is one. */
export function moved(run: AuditRun, step: AuditStep, doubt?: string): AuditRun {
  const progress = progressOf(run);
  const doubts =
    doubt === undefined || progress.doubts.includes(doubt) || progress.doubts.length >= MOST_DOUBTS
      ? progress.doubts
      : [...progress.doubts, doubt];
  const next: AuditProgress = { ...progress, step, doubts };
  return { ...run, progress: next };
}

/** An event that a step does not know is a defect. */
export function impossible(step: AuditStep, event: { readonly type: string }): never {
  throw new TypeError(`an audit at ${step.at} knows no ${event.type}`);
}

/** A range for a person; its last day included. */
export function textOf({ from, to }: ClosedRange): string {
  return `${from} to before ${to}`;
}

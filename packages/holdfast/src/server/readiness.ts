import type { StatusReport } from '../status/status-report.ts';

/** The answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not, a sentence each. */
  readonly reasons: readonly string[];
}

/** Ready: the engine runs, what it fetches can be stored, and every source that has a freshness target is within it. */
export function readiness({ engine, sources }: Pick<StatusReport, 'engine' | 'sources'>): Readiness {
  const reasons = [
    ...(engine.state === 'running' ? [] : [`The engine is not running but ${engine.state}.`]),
    ...sources
      .filter(({ waitsForDisk }) => waitsForDisk)
      .map(({ id, reason }) => `${id} cannot store: ${reason}`),
    ...sources.filter(({ freshness }) => freshness.late).map(({ id, reason }) => `${id} is late: ${reason}`),
  ];
  return { ready: reasons.length === 0, reasons };
}

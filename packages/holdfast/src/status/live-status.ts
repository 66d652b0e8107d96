import type { SourceStatus, StatusReport } from './status-report.ts';

/** What a running engine answers to `status`: the part that only it knows. */
export interface LiveStatus {
  readonly engine: Partial<StatusReport['engine']>;
  readonly connectionHealth: StatusReport['connectionHealth'];
  readonly sources: readonly (Pick<SourceStatus, 'id'> & Partial<SourceStatus>)[];
}

/** The status of the store with what the running engine says laid over it. */
export function withLive(report: StatusReport, live: LiveStatus): StatusReport {
  const lastFetch = live.connectionHealth.lastSuccessfulFetch ?? report.connectionHealth.lastSuccessfulFetch;
  return {
    ...report,
    engine: { ...report.engine, ...live.engine },
    connectionHealth: { ...live.connectionHealth, lastSuccessfulFetch: lastFetch },
    sources: report.sources.map((source) => ({
      ...source,
      ...live.sources.find(({ id }) => id === source.id),
    })),
  };
}

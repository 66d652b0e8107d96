import type { LedgerEntry, LedgerSummary } from './entry.ts';

/** Counts a ledger, also one read back from a file. `maxConnections` is known to the socket layer alone and 0 here. */
export function summarize(entries: Iterable<LedgerEntry>): LedgerSummary {
  const byVerb: Record<string, number> = {};
  const byStatus: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const changes: Record<string, number> = {};
  let requests = 0,
    responses = 0,
    aborted = 0,
    bytes = 0,
    rowsServed = 0,
    maxConcurrent = 0;
  let lastEnd: number | undefined;
  let minSpacingMs: number | undefined;
  for (const entry of entries) {
    if (entry.type === 'request') {
      requests += 1;
      count(byVerb, entry.verb);
      maxConcurrent = Math.max(maxConcurrent, entry.concurrent);
      if (lastEnd !== undefined) minSpacingMs = Math.min(minSpacingMs ?? Infinity, entry.at - lastEnd);
    } else if (entry.type === 'response') {
      responses += 1;
      bytes += entry.bytes;
      rowsServed += entry.ids;
      lastEnd = Math.max(lastEnd ?? entry.at, entry.at);
      if (entry.aborted === true) aborted += 1;
      count(byStatus, String(entry.status));
    } else if (entry.type === 'fault') count(faults, entry.name);
    else if (entry.type === 'change') count(changes, entry.reason);
  }
  return {
    requests,
    responses,
    aborted,
    bytes,
    rowsServed,
    maxConcurrent,
    maxConnections: 0,
    minSpacingMs,
    byVerb,
    byStatus,
    faults,
    changes,
  };
}

function count(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}

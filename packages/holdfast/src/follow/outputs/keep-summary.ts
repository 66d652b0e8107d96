import type { StoreReader } from '../../store/port.ts';
import { keepTrying } from './keep-trying.ts';
import type { OutputDeps, OutputEnd } from './keep-trying.ts';
import { replaceFile } from './write-whole.ts';

/** How the connections do, as the engine counts it. */
export interface ConnectionHealth {
  readonly failures: number;
  readonly totalRetries: number;
  /** ISO 8601; null = none yet. */
  readonly lastSuccessfulFetch: string | null;
  readonly uptimeHours: number;
}

/** At most this often is the file replaced, ms. */
const EVERY_MS = 2_000;

/** Replaces the summary when something in it has changed, at most every two seconds, and at the end. Resolves as `keepTrying`. */
export async function keepSummary(
  deps: OutputDeps,
  reader: Pick<StoreReader, 'stats' | 'changes'>,
  health: () => ConnectionHealth,
  end: OutputEnd,
): Promise<string | null> {
  let written = '';
  const kept = {
    step: async () => {
      const text = await summaryOf(reader, health());
      if (text !== written) await replaceFile(deps.path, text);
      written = text;
      return true;
    },
    close: () => Promise.resolve(),
  };
  return await keepTrying(deps, end, kept, EVERY_MS);
}

async function summaryOf(
  reader: Pick<StoreReader, 'stats' | 'changes'>,
  { failures, totalRetries, lastSuccessfulFetch, uptimeHours }: ConnectionHealth,
): Promise<string> {
  const { records, perSource, lastSeq } = await reader.stats();
  const [last] = lastSeq === 0n ? [] : await reader.changes(lastSeq - 1n, 1);
  const summary = {
    total_papers: records,
    papers_per_source: Object.fromEntries(perSource.map((each) => [each.source, each.records])),
    last_update: last === undefined ? null : new Date(last.at).toISOString(),
    last_seq: Number(lastSeq),
    connection_health: {
      failures,
      total_retries: totalRetries,
      last_successful_fetch: lastSuccessfulFetch,
      uptime_hours: uptimeHours,
    },
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

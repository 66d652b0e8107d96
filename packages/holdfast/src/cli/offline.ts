import { randomUUID } from 'node:crypto';
import type { Config } from '../config/index.ts';
import type { AuditRun } from '../model/audit.ts';
import type { WaitNotice } from '../model/event.ts';
import type { ImportProgress, ImportSummary } from '../model/import.ts';
import type { Store } from '../store/port.ts';
import { partUrl } from './by-path.ts';

/** An audit that this process does itself. */
export interface OfflineAudit {
  /** All that are enabled, when left out. */
  readonly sources?: readonly string[];
  /** What is missing is fetched too. */
  readonly repair: boolean;
  /** Requests for each source in this turn; the configured ones when left out. */
  readonly budget?: number;
  /** Pauses the audit: it goes on where it stands in a later turn. */
  readonly signal: AbortSignal;
  readonly onRun: (run: AuditRun) => void;
  /** Told of what keeps a source from asking. */
  readonly onWait?: (source: string, wait: WaitNotice) => void;
}

/** What can be done to a store without a running engine; it holds the store's lock until it is closed. */
export interface Offline {
  readonly store: Store;
  redrive(numbers: readonly number[] | 'all'): Promise<{ readonly redriven: number; readonly left: number }>;
  ack(id: string, note: string): Promise<boolean>;
  retry(source: string): Promise<boolean>;
  pause(source?: string): Promise<readonly string[]>;
  resume(source?: string): Promise<readonly string[]>;
  audit(options: OfflineAudit): Promise<readonly AuditRun[]>;
  import(file: OfflineImport): Promise<ImportSummary>;
  /** All of the store was checked, and nothing is damaged: what is open of damage ends. */
  foundWhole(): Promise<void>;
  close(): Promise<void>;
}

/** An import that this process does itself. */
export interface OfflineImport {
  readonly path: string;
  /** Told from the identifiers when null. */
  readonly source: string | null;
  /** Stops it: it goes on where it stands at the next call. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Changes that are not found by a search yet. */
  readonly onIndexing: (left: number) => void;
}

/**
 * Takes the store's lock and does the work, then frees it.
 * @throws HoldfastError `ERR_STORE_LOCKED` when an engine owns the store.
 */
export async function withOffline<Result>(
  config: Config,
  work: (offline: Offline) => Promise<Result>,
): Promise<Result> {
  const part = (await import(partUrl('engine/offline').href)) as {
    openOffline(config: Config, uniqueId: () => string): Promise<Offline>;
  };
  const offline = await part.openOffline(config, randomUUID);
  try {
    return await work(offline);
  } finally {
    await offline.close();
  }
}

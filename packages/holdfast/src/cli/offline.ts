import { randomUUID } from 'node:crypto';
import type { Config } from '../config/index.ts';
import type { AuditRun } from '../model/audit.ts';
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
  close(): Promise<void>;
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

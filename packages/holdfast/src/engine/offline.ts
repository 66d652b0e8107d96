import { gate } from '@holdfast/resilience';
import { systemClock } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { Config } from '../config/config.ts';
import type { AuditRun } from '../model/audit.ts';
import type { ImportSummary } from '../model/import.ts';
import { pausedReason, pausedSince, pauseNote, SourceMemory } from '../ingest/source-memory.ts';
import type { Source } from '../sources/port.ts';
import { endDamage } from '../store/end-damage.ts';
import type { Store } from '../store/port.ts';
import { acknowledge } from './acknowledge.ts';
import type { ImportFile } from './import/run-import.ts';
import { auditOffline, type OfflineAudit } from './offline-audit.ts';
import { openConfiguredStore } from './open-store.ts';
import { redrive, type Redriven } from './redrive.ts';
import { makeSource } from './source-factory.ts';

/** What the command line does itself when no engine runs; it holds the store's lock meanwhile. */
export interface Offline {
  readonly store: Store;
  redrive(numbers: readonly number[] | 'all'): Promise<Redriven>;
  ack(id: string, note: string): Promise<boolean>;
  /** Ends our own cooldown and every wait of a source's windows and gaps, so that the next engine asks at once. */
  retry(source: string): Promise<boolean>;
  /** The next engine asks nothing of a source, or of all, until it is resumed. Gives the ids. */
  pause(source?: string): Promise<readonly string[]>;
  resume(source?: string): Promise<readonly string[]>;
  /** Audits sources, one run of each, and repairs what is found if wanted; ends when each run has ended or its budget is used up. */
  audit(options: OfflineAudit): Promise<readonly AuditRun[]>;
  /** Imports a file or folder and indexes what it brought, so that it is found. */
  import(file: ImportFile): Promise<ImportSummary>;
  /** All of the store was checked, and nothing is damaged: what is open of damage ends. */
  foundWhole(): Promise<void>;
  close(): Promise<void>;
}

/** @throws `ERR_STORE_LOCKED` when an engine runs after all */
export async function openOffline(config: Config, uniqueId: () => string): Promise<Offline> {
  const store = await openConfiguredStore(config, systemClock);
  const source = (id: string): Source | undefined => {
    const found = config.sources.find((candidate) => candidate.id === id);
    return found === undefined ? undefined : makeSource(found);
  };
  return {
    store,
    redrive: (numbers) => redrive({ store, clock: systemClock, uniqueId, source }, numbers),
    ack: (id, note) => acknowledge(store, id, note, systemClock.now()),
    retry: async (id) => {
      await endCooldown(config, source(id));
      return makeDue(store, id, uniqueId);
    },
    pause: (id) => notePause(config, store, id, systemClock.now()),
    resume: (id) => notePause(config, store, id, null),
    audit: (options) => auditOffline(config, store, uniqueId, options),
    import: async (file) => {
      const { importAlone } = await import('./import/import-alone.ts');
      return importAlone({ config, store, clock: systemClock, uniqueId }, file);
    },
    foundWhole: () =>
      endDamage(store, { at: systemClock.now(), what: 'verified: everything is as it was written' }),
    close: () => store.close(),
  };
}

async function notePause(
  { sources }: Config,
  store: Store,
  id: string | undefined,
  since: number | null,
): Promise<readonly string[]> {
  const chosen = sources.filter((each) => each.enabled && (id === undefined || each.id === id));
  for (const source of chosen) {
    const memory = new SourceMemory(store, source);
    const paused = pausedSince(await memory.read()) !== null;
    if (paused === (since !== null)) continue;
    const state =
      since === null
        ? { state: 'catching-up', reason: 'resumed; it goes on once an engine runs' }
        : { state: 'paused', reason: pausedReason(since) };
    await memory.change(pauseNote(since), state);
  }
  return chosen.map((each) => each.id);
}

async function endCooldown({ stateDir }: Config, source: Source | undefined): Promise<void> {
  if (source === undefined) return;
  const state = sqliteState(stateDir, { clock: systemClock });
  try {
    await gate({
      key: source.gateKey,
      minIntervalMs: source.minIntervalMs,
      state,
      clock: systemClock,
    }).open();
  } finally {
    await state.close();
  }
}

async function makeDue(store: Store, source: string, uniqueId: () => string): Promise<boolean> {
  const windows = await store.windows(source);
  for (const window of windows.filter(({ nextAt }) => nextAt !== null)) {
    const lease = await store.claim({ owner: 'engine', window: window.key, ttlMs: 60_000 });
    if (lease === null) continue;
    const { cursor } = lease.window;
    await store.commit({
      lease,
      batchId: uniqueId(),
      prev: cursor,
      next: { cursor, nextAt: null },
      page: null,
      items: [],
      bad: [],
      at: systemClock.now(),
    });
    await store.release(lease);
  }
  const gaps = (await store.gaps(source)).map(({ source: _source, since: _since, ...gap }) => ({
    ...gap,
    nextAt: null,
  }));
  await store.putGaps(source, gaps, systemClock.now());
  return windows.length > 0;
}

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@holdfast/resilience/clock';
import type { AuditRun } from '../../model/audit.ts';
import { dayOf } from '../../model/day.ts';
import { HoldfastError } from '../../model/error.ts';
import type { Incident } from '../../model/incident.ts';
import type { TimelineDay } from '../../model/timeline.ts';
import type {
  Commit,
  CommitResult,
  DurabilityReport,
  GapUpdate,
  IntegrityFinding,
  Lease,
  Maintained,
  MaintainOptions,
  NewWindow,
  QuarantineEntry,
  SourceState,
  Store,
  StoreReader,
} from '../port.ts';
import type { SourceChange } from '../rules/source-rules.ts';
import { checkElsewhere } from './check-elsewhere.ts';
import { WriterClient } from './client.ts';
import { openConnection } from './database.ts';
import { checkFileSystem } from './file-system.ts';
import { migrations, SCHEMA_VERSION } from './migrations/index.ts';
import { peekVersion } from './migrate.ts';
import { takeOwnerLock } from './owner-lock.ts';
import type { OwnerLock } from './owner-lock.ts';
import { SqliteReader } from './sqlite-reader.ts';
import type { ReaderParts } from './sqlite-reader.ts';
import type { Opened } from './sqlite-writer.ts';
import { storeError } from './store-error.ts';

/** How a store is opened for writing. */
export interface OpenStoreOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Budget in bytes for the file and its log together: beyond it writing fails with `ERR_STORE_FULL`. */
  readonly maxBytes?: number;
  /** Told about what is doubtful but no reason to refuse. */
  readonly onWarning?: (warning: string) => void;
  /** Told before an older store is upgraded, and when that is over. */
  readonly onUpgrade?: (upgrade: StoreUpgrade) => void;
}

/** An upgrade of a store that another version wrote: every row is written again, which takes its time. */
export type StoreUpgrade =
  | { readonly state: 'begun'; readonly from: number; readonly to: number }
  /** `copy`: the store as it was before, whole. */
  | { readonly state: 'ended'; readonly copy: string };

/**
 * Opens the store as its one owner, creating or upgrading it.
 * @throws HoldfastError `ERR_STORE_LOCKED`, `ERR_STORE_NEWER`, `ERR_STORE_UNSAFE` and the errors of the disk.
 */
export async function openStore(options: OpenStoreOptions): Promise<SqliteStore> {
  const { file, clock } = options;
  mkdirSync(dirname(file), { recursive: true });
  const warning = checkFileSystem(file);
  if (warning !== null) options.onWarning?.(warning);
  const version = peekVersion(file);
  const lock = takeOwnerLock(file);
  const maxBytes = options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes };
  const writer = new WriterClient({ file, today: dayOf(clock.now()), ...maxBytes });
  try {
    if (version > 0 && version < SCHEMA_VERSION)
      options.onUpgrade?.({ state: 'begun', from: version, to: SCHEMA_VERSION });
    const opened = await writer.call('open');
    if (opened.copy !== null) options.onUpgrade?.({ state: 'ended', copy: opened.copy });
    const connection = openConnection(file, { readOnly: true });
    const check = (): Promise<readonly IntegrityFinding[]> => checkElsewhere(file);
    return new SqliteStore({ clock, writer, lock, opened, reader: { file, connection, check } });
  } catch (error) {
    await writer.terminate();
    lock.release();
    throw storeError(error, file);
  }
}

/**
 * Opens the store for reading, also while an engine writes it.
 * @throws HoldfastError `ERR_STORE_ABSENT` when there is none, `ERR_STORE_NEWER`, `ERR_STORE_OLDER`.
 */
export function openReader({ file, check }: Pick<ReaderParts, 'file' | 'check'>): StoreReader {
  const version = existsSync(file) ? peekVersion(file) : 0;
  if (version === 0) {
    throw new HoldfastError('ERR_STORE_ABSENT', `There is no store at ${file}.`, {
      hint: 'Start a harvest with `holdfast run`, or check dataDir.',
    });
  }
  if (version < SCHEMA_VERSION) {
    throw new HoldfastError(
      'ERR_STORE_OLDER',
      `The store ${file} has the older schema ${version} of ${migrations.length}.`,
      {
        hint: 'Start the engine once: it makes a copy and upgrades the store.',
      },
    );
  }
  try {
    const connection = openConnection(file, { readOnly: true });
    return new SqliteReader({ file, connection, ...(check && { check }) });
  } catch (error) {
    throw storeError(error, file);
  }
}

interface Parts {
  readonly clock: Clock;
  readonly writer: WriterClient;
  readonly lock: OwnerLock;
  readonly opened: Opened;
  readonly reader: ReaderParts;
}

/** The store in a SQLite file: reads here, writes in a thread of their own. */
export class SqliteStore extends SqliteReader implements Store {
  readonly kind = 'sqlite';
  readonly durability: DurabilityReport;
  /** The copy that was made because opening upgraded the schema; null when it did not. */
  readonly copyBeforeUpgrade: string | null;
  readonly #clock: Clock;
  readonly #writer: WriterClient;
  readonly #lock: OwnerLock;
  #closing: Promise<void> | null = null;

  constructor({ clock, writer, lock, opened, reader }: Parts) {
    super(reader);
    this.durability = opened.durability;
    this.copyBeforeUpgrade = opened.copy;
    this.#clock = clock;
    this.#writer = writer;
    this.#lock = lock;
  }

  claim(options: { owner: string; window: string; ttlMs: number }): Promise<Lease | null> {
    return this.#writer.call('claim', options, this.#clock.now());
  }

  renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.#writer.call('renew', lease, this.#clock.now() + ttlMs);
  }

  release(lease: Lease): Promise<void> {
    return this.#writer.call('release', lease);
  }

  commit(commit: Commit): Promise<CommitResult> {
    const { page, items } = commit;
    // Of a page that is packed the writer needs no bytes.
    const sent = page?.packed ? { ...page, bytes: new Uint8Array() } : page;
    return this.#writer.call('commitJson', { ...commit, page: sent, items: [] }, JSON.stringify(items));
  }

  putSource(id: string, kind: string, change: SourceChange): Promise<SourceState> {
    return this.#writer.call('putSource', id, kind, change);
  }

  plan(windows: readonly NewWindow[]): Promise<void> {
    return this.#writer.call('plan', windows);
  }

  putGaps(source: string, gaps: readonly GapUpdate[], at: number): Promise<void> {
    return this.#writer.call('putGaps', source, gaps, at);
  }

  closeGaps(source: string, keys: readonly string[]): Promise<void> {
    return this.#writer.call('closeGaps', source, keys);
  }

  settleQuarantine(number: number, state: QuarantineEntry['state'], note: string | null): Promise<boolean> {
    return this.#writer.call('settleQuarantine', number, state, note);
  }

  putAudit(audit: AuditRun): Promise<void> {
    return this.#writer.call('putAudit', audit);
  }

  putIncidents(incidents: readonly Incident[]): Promise<void> {
    return this.#writer.call('putIncidents', incidents);
  }

  putTimelines(days: readonly TimelineDay[]): Promise<void> {
    return this.#writer.call('putTimelines', days);
  }

  maintain(options: MaintainOptions): Promise<Maintained> {
    return this.#writer.call('maintain', options);
  }

  /**
   * Writes the file anew without its free space, for a store that cannot give it back in steps (`auto_vacuum` in
   * `durability.settings` is not 2) or at once. Needs the room of the file a second time; nothing else is written
   * meanwhile. Returns the bytes that it became smaller.
   */
  compact(): Promise<number> {
    return this.#writer.call('compact');
  }

  index(limit: number): Promise<number> {
    return this.#writer.call('index', limit);
  }

  /** Waits for the calls in hand, then gives the store free. May be called again. */
  override close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await super.close();
    try {
      await this.#writer.call('close');
    } finally {
      await this.#writer.terminate();
      this.#lock.release();
    }
  }
}

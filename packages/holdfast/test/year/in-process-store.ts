import type { Clock } from '@holdfast/resilience/clock';
import type { Commit, DurabilityReport, Store } from '../../src/store/port.ts';
import { openConnection } from '../../src/store/sqlite/database.ts';
import { takeOwnerLock } from '../../src/store/sqlite/owner-lock.ts';
import { SqliteReader } from '../../src/store/sqlite/sqlite-reader.ts';
import { SqliteWriter } from '../../src/store/sqlite/sqlite-writer.ts';
import { dayOf } from '../../src/model/day.ts';

/** What an in-process store is opened with. */
export interface InProcessOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly maxBytes: number;
}

/** A store whose process may die: then its connections are gone without a word. */
export interface InProcessStore extends Store {
  drop(): void;
}

/**
 * The SQLite store with its writer in this thread: a thread of its own would answer in real time, while a virtual
 * clock goes on as soon as nothing else is ready. Same lock, same connections, same statements.
 * @throws HoldfastError as `openStore`.
 */
export function openInProcess({ file, clock, maxBytes }: InProcessOptions): InProcessStore {
  const lock = takeOwnerLock(file);
  const writer = new SqliteWriter({ file, today: dayOf(clock.now()), maxBytes });
  try {
    const { durability } = writer.open();
    const reader = new SqliteReader({ file, connection: openConnection(file, { readOnly: true }) });
    return joined({ reader, writer, clock, durability, release: () => lock.release() });
  } catch (error) {
    writer.close();
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly reader: SqliteReader;
  readonly writer: SqliteWriter;
  readonly clock: Clock;
  readonly durability: DurabilityReport;
  readonly release: () => void;
}

function joined({ reader, writer, clock, durability, release }: Parts): InProcessStore {
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await reader.close();
    writer.close();
    release();
  };
  const writes: Partial<Store> = {
    claim: async (options) => writer.claim(options, clock.now()),
    renew: async (lease, ttlMs) => writer.renew(lease, clock.now() + ttlMs),
    release: async (lease) => writer.release(lease),
    commit: async (commit: Commit) =>
      writer.commitJson({ ...commit, items: [] }, JSON.stringify(commit.items)),
    putSource: async (id, kind, change) => writer.putSource(id, kind, change),
    plan: async (windows) => writer.plan(windows),
    putGaps: async (source, gaps, at) => writer.putGaps(source, gaps, at),
    closeGaps: async (source, keys) => writer.closeGaps(source, keys),
    settleQuarantine: async (number, state, note) => writer.settleQuarantine(number, state, note),
    putIncidents: async (incidents) => writer.putIncidents(incidents),
    putAudit: async (audit) => writer.putAudit(audit),
    putTimelines: async (days) => writer.putTimelines(days),
    maintain: async (options) => writer.maintain(options),
    index: async (limit) => writer.index(limit),
    close,
  };
  const own: object = { ...writes, kind: 'sqlite', durability, drop: () => void close() };
  return new Proxy(reader, {
    get: (target, name) => {
      const member: unknown = name in own ? Reflect.get(own, name) : Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  }) as unknown as InProcessStore;
}

import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { ResilienceError } from '../../errors.ts';
import { identify } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import { removeTemporaries, replaceFile } from '../snapshots/replace-file.ts';
import { parseRecord } from './parse-record.ts';
import type { ProcessRecord, StartedProcess } from './process-record.ts';
import { reapRecord } from './reap-record.ts';
import { systemTree } from '../../process/process-tree.ts';
import type { TreeWorld } from '../../process/process-tree.ts';

/** What became of the processes whose owner was dead. */
export interface ReapReport {
  /** Processes that were ended, with everything below them. */
  readonly ended: readonly ProcessIdentity[];
  /** Processes that are still there although they were killed: they belong to somebody else, or hang in the system. */
  readonly left: readonly ProcessIdentity[];
  /** Folders that were deleted. */
  readonly profilesDeleted: readonly string[];
  /** Folders that were recorded and not deleted, and why. */
  readonly profilesKept: readonly { readonly profile: string; readonly why: string }[];
  /** Files in the folder that are no records; nobody touches them. */
  readonly damaged: readonly string[];
}

/** Remembers over crashes which processes were started, so that none outlives its owner for ever. */
export interface ProcessRecords {
  /**
   * Notes a process for this process as its owner. Durable when it resolves.
   * @throws ResilienceError (`ERR_PROCESS_UNKNOWN`) when the system does not tell who this process is.
   */
  record(started: StartedProcess): Promise<ProcessRecord>;
  /** Adds what became known after the start. Durable when it resolves. */
  update(record: ProcessRecord, known: Omit<StartedProcess, 'kind'>): Promise<ProcessRecord>;
  /** Forgets a process that has ended. Harmless when repeated. */
  forget(record: Pick<ProcessRecord, 'id'>): Promise<void>;
  /** All records that can be read. */
  list(): Promise<readonly ProcessRecord[]>;
  /**
   * Ends what dead owners left: the recorded process (by number, start time and boot) with everything below it, and
   * its profile. What belongs to a living owner is never touched. May run in several processes at once.
   */
  reap(): Promise<ReapReport>;
}

/** How processes are ended. */
export interface ProcessRecordsOptions {
  readonly clock?: Clock;
  /** The system; the real one by default. */
  readonly world?: TreeWorld;
}

/** Records in a folder of one machine (of one container, where process numbers are its own), one file a process. */
export function processRecords(folder: string, options: ProcessRecordsOptions = {}): ProcessRecords {
  return new FolderRecords(resolve(folder), options);
}

class FolderRecords implements ProcessRecords {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #world: TreeWorld;

  constructor(folder: string, options: ProcessRecordsOptions) {
    this.#folder = folder;
    this.#clock = options.clock ?? systemClock;
    this.#world = options.world ?? systemTree;
  }

  async record(started: StartedProcess): Promise<ProcessRecord> {
    const owner = identify(process.pid, this.#world);
    if (owner === null) throw unknownOwner();
    const { kind } = started;
    const naming = JSON.stringify([owner, kind, started.profile, started.mark, started.process]);
    const id = createHash('sha256').update(naming).digest('hex').slice(0, 24);
    return await this.#write({ ...started, id, owner });
  }

  async update(record: ProcessRecord, known: Omit<StartedProcess, 'kind'>): Promise<ProcessRecord> {
    return await this.#write({ ...record, ...known });
  }

  async forget(record: Pick<ProcessRecord, 'id'>): Promise<void> {
    await rm(this.#path(record.id), { force: true });
  }

  async list(): Promise<readonly ProcessRecord[]> {
    return (await this.#read()).records;
  }

  async reap(): Promise<ReapReport> {
    await removeTemporaries(this.#folder);
    const { records, damaged } = await this.#read();
    const tools = { clock: this.#clock, world: this.#world, records };
    const reaped = await Promise.all(records.map((record) => reapRecord(record, tools)));
    for (const { record, settled } of reaped) if (settled) await this.forget(record);
    return {
      ended: reaped.flatMap(({ ended }) => ended),
      left: reaped.flatMap(({ left }) => left),
      profilesDeleted: reaped.flatMap(({ profileDeleted }) => profileDeleted ?? []),
      profilesKept: reaped.flatMap(({ profileKept }) => profileKept ?? []),
      damaged,
    };
  }

  async #write(record: ProcessRecord): Promise<ProcessRecord> {
    await replaceFile(this.#path(record.id), `${JSON.stringify(record)}\n`);
    return record;
  }

  async #read(): Promise<{
    readonly records: readonly ProcessRecord[];
    readonly damaged: readonly string[];
  }> {
    const records: ProcessRecord[] = [];
    const damaged: string[] = [];
    for (const name of await namesIn(this.#folder)) {
      const text = await textOf(join(this.#folder, name));
      // Forgotten between the listing and the look.
      if (text === undefined) continue;
      const record = parseRecord(text);
      if (record !== undefined && `${record.id}.json` === name) records.push(record);
      else damaged.push(join(this.#folder, name));
    }
    return { records, damaged };
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function unknownOwner(): ResilienceError {
  return new ResilienceError('The system does not tell when this process was started.', {
    code: 'ERR_PROCESS_UNKNOWN',
    hint: 'Make /proc (on other systems ps or powershell.exe) available to this process, or leave the records out.',
  });
}

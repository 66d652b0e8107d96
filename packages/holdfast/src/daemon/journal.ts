import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChildExit, DeadlyWork, Restarts } from '../model/engine-message.ts';
import type { ProcessIdentity } from '@holdfast/resilience/process';

/** What a supervisor leaves behind for the one after it. Instants are wall ms. */
export interface Journal {
  readonly format: 1;
  /** Null after an orderly end. */
  readonly supervisor: ProcessIdentity | null;
  readonly children: readonly JournalChild[];
  readonly exits: readonly ChildExit[];
  readonly deadly: readonly DeadlyWork[];
}

/** One child in the journal. */
export interface JournalChild {
  readonly name: string;
  /** Null while it does not run. */
  readonly identity: ProcessIdentity | null;
  readonly restarts: Restarts;
  /** The end of its cooldown; null when it is in none. */
  readonly coolsUntil: number | null;
}

/** Where the journal of a data folder is. */
export function journalFile(dataDir: string): string {
  return join(dataDir, 'supervisor.json');
}

/** The journal as it was last written whole; null when there is none that can be read. */
export function readJournal(file: string): Journal | null {
  try {
    const journal = JSON.parse(readFileSync(file, 'utf8')) as Partial<Journal> | null;
    const { children, exits, deadly } = journal ?? {};
    const isOurs = journal?.format === 1 && Array.isArray(exits) && Array.isArray(deadly);
    return isOurs && Array.isArray(children) && children.every(isChild) ? (journal as Journal) : null;
  } catch {
    // Not there, or not ours: a journal is replaced as a whole, so there is no half of one to be saved.
    return null;
  }
}

/** By these numbers processes are ended, so nothing else may stand there. */
function isChild(child: Partial<JournalChild> | null): boolean {
  if (typeof child?.name !== 'string' || typeof child.restarts !== 'object') return false;
  const { identity } = child;
  return identity === null || (Number.isInteger(identity?.pid) && Number(identity?.pid) > 1);
}

/**
 * Replaces the journal so that a loss of power leaves the old or the new one.
 * @throws the error of the file system.
 */
export function writeJournal(file: string, journal: Journal): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.new`;
  withFile(draft, 'w', (handle) => {
    // A disk that is almost full takes a part and says so by a number only: this goes on until it refuses.
    writeFileSync(handle, `${JSON.stringify(journal)}\n`);
    fsyncSync(handle);
  });
  renameSync(draft, file);
  // Windows has no handle of a folder that could be synchronised.
  if (process.platform !== 'win32') withFile(dirname(file), 'r', fsyncSync);
}

function withFile(path: string, flags: string, work: (handle: number) => void): void {
  const handle = openSync(path, flags, 0o600);
  try {
    work(handle);
  } finally {
    closeSync(handle);
  }
}

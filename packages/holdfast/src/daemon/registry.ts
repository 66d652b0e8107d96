import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, type ProcessIdentity } from '@holdfast/resilience/process';

/** A supervisor as it is listed for commands that are called from another folder. */
export interface Registered {
  readonly dataDir: string;
  readonly identity: ProcessIdentity;
  /** Flags of the command line that lead to the same configuration. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Lists this supervisor. @throws the error of the file system. */
export function register(file: string, entry: Registered): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** Takes this supervisor off the list. An entry that cannot be removed names a process that is gone: nobody shows it. */
export function unregister(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A disk that has become read-only, or no folder: the next supervisor writes over it.
  }
}

/**
 * The supervisors that are listed in a folder and alive here. Entries of others stay: one may be of another machine
 * that shares the folder; the next supervisor of the same data folder writes over it.
 */
export function listRunning(folder: string): readonly Registered[] {
  return filesOf(folder).flatMap((name) => {
    const entry = readEntry(join(folder, name));
    return entry !== null && isAlive(entry.identity) ? [entry] : [];
  });
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    // No supervisor ever ran here.
    return [];
  }
}

function readEntry(file: string): Registered | null {
  try {
    const entry = JSON.parse(readFileSync(file, 'utf8')) as Registered | null;
    return typeof entry?.dataDir === 'string' && typeof entry.identity?.pid === 'number' ? entry : null;
  } catch {
    // Written to at this moment, or not ours.
    return null;
  }
}

import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder, syncPath } from '../store/sqlite/sync.ts';

/** What is written beside a copy of the store: by it a copy is known as ours and as good. */
export interface Sidecar {
  readonly format: 'holdfast-backup-1';
  /** When the copy was begun, ISO 8601. */
  readonly at: string;
  /** The store that was copied, absolute path: another store's copies in the same folder are left alone. */
  readonly store: string;
  readonly madeBy: string;
  readonly schemaVersion: number;
  readonly epoch: string;
  /** A decimal number as text, like every `seq`. */
  readonly lastSeq: string;
  /** The last commit of the copy and the head of the chain there. */
  readonly batch: string;
  readonly chain: string;
  readonly records: number;
  readonly sources: readonly SidecarSource[];
  readonly bytes: number;
  /** SHA-256 of the copy's file, lower-case hex. */
  readonly sha256: string;
  readonly test: RestoreTest;
}

/** A source as the copy holds it. */
export interface SidecarSource {
  readonly id: string;
  readonly records: number;
  /** Server date up to which it is harvested; null before. */
  readonly watermark: string | null;
  readonly windows: number;
}

/** What came of opening the copy as a store of its own. */
export interface RestoreTest {
  readonly ok: boolean;
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** What was wrong, at most the first hundred. */
  readonly problems: readonly string[];
}

/** The name of the sidecar of a copy. */
export function sidecarOf(copy: string): string {
  return `${copy}.json`;
}

/** Writes the sidecar of a copy, whole or not at all. */
export function writeSidecar(copy: string, sidecar: Sidecar): void {
  const file = sidecarOf(copy);
  const partial = `${file}.partial`;
  writeFileSync(partial, `${JSON.stringify(sidecar, null, 2)}\n`, { mode: 0o600 });
  syncPath(partial);
  renameSync(partial, file);
  syncFolder(dirname(file));
}

/** The sidecar of a copy; null when there is none that we wrote. */
export function readSidecar(copy: string): Sidecar | null {
  let found: Partial<Sidecar> | null;
  try {
    found = JSON.parse(readFileSync(sidecarOf(copy), 'utf8')) as Partial<Sidecar> | null;
  } catch {
    // Absent, or a file of somebody else.
    return null;
  }
  const isOurs =
    found?.format === 'holdfast-backup-1' &&
    typeof found.store === 'string' &&
    typeof found.sha256 === 'string' &&
    typeof found.test?.ok === 'boolean' &&
    !Number.isNaN(Date.parse(String(found.at)));
  return isOurs ? (found as Sidecar) : null;
}

/** Removes a copy and then its sidecar: a copy without one would belong to nobody. */
export function removeCopy(copy: string): void {
  rmSync(copy, { force: true });
  rmSync(sidecarOf(copy), { force: true });
}

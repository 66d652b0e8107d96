import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { writeWhole } from './files.ts';
import type { ManagerKind, Scope } from './names.ts';

/** Everything that an installation changed on this machine, so that exactly that can be undone. */
export interface ServiceRecord {
  readonly format: 1;
  /** False while it is being installed: an installation that was cut off can be undone too. */
  readonly complete: boolean;
  /** ISO 8601. */
  readonly installedAt: string;
  /** Of the program. */
  readonly version: string;
  readonly manager: ManagerKind;
  readonly scope: Scope;
  readonly user: string;
  readonly dataDir: string;
  /** The configuration file that the service reads; null = the one found when it starts, or defaults. */
  readonly config: string | null;
  readonly node: string;
  readonly script: string;
  /** The copied program; null when it is started where it was. */
  readonly copy: string | null;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** Files that the manager writes for the service. */
  readonly traces: readonly string[];
  /** The user for whom lingering was enabled by us; null when it was enabled before, or is not needed. */
  readonly linger: string | null;
  readonly commands: readonly string[];
}

/** The place of the record. */
export function recordPath(stateFolder: string): string {
  return join(stateFolder, 'service.json');
}

/**
 * The record; null when nothing is installed.
 * @throws HoldfastError `ERR_SERVICE_RECORD` when it cannot be understood
 */
export function readRecord(stateFolder: string): ServiceRecord | null {
  const path = recordPath(stateFolder);
  if (!existsSync(path)) return null;
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as ServiceRecord;
    if (record.format === 1) return record;
  } catch (cause) {
    throw recordError(path, cause);
  }
  throw recordError(path);
}

/** Writes the record, whole or not at all. */
export function writeRecord(stateFolder: string, record: ServiceRecord): void {
  writeWhole({
    path: recordPath(stateFolder),
    content: `${JSON.stringify(record, null, 2)}\n`,
    mode: 0o600,
  });
}

function recordError(path: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'ERR_SERVICE_RECORD',
    `The record of the installation in ${path} cannot be understood.`,
    {
      hint: 'It was written by another version or is damaged. Install the service anew after moving that file away.',
      cause,
    },
  );
}

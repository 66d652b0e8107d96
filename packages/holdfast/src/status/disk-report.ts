import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/index.ts';
import type { DiskSample, StoreStats } from '../store/port.ts';
import type { DiskReport } from './status-report.ts';

/** The disk of the data folder; what the system does not tell is null. */
export async function diskReport(
  { dataDir, maxDisk }: Pick<Config, 'dataDir' | 'maxDisk'>,
  { bytes, walBytes, schemaVersion }: Pick<StoreStats, 'bytes' | 'walBytes' | 'schemaVersion'>,
  _samples: readonly DiskSample[],
): Promise<DiskReport> {
  return {
    freeBytes: await freeOn(dataDir),
    usedBytes: bytes + walBytes,
    walBytes: schemaVersion === 0 ? null : walBytes,
    maxDisk,
    fullInDays: null,
  };
}

/** Bytes that we may still write there; of a folder that does not exist yet, its nearest parent's; null when untold. */
async function freeOn(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return absent && dirname(folder) !== folder ? freeOn(dirname(folder)) : null;
  }
}

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/index.ts';
import { diskForecast } from '../model/disk-forecast.ts';
import type { DiskSample, StoreStats } from '../store/port.ts';
import type { DiskReport } from './status-report.ts';

/** Beyond ten years a forecast by the last weeks says nothing. */
const FAR_DAYS = 3_650;

/** The disk of the data folder; what the system does not tell is null. */
export async function diskReport(
  { dataDir, maxDisk }: Pick<Config, 'dataDir' | 'maxDisk'>,
  { bytes, walBytes, schemaVersion }: Pick<StoreStats, 'bytes' | 'walBytes' | 'schemaVersion'>,
  samples: readonly DiskSample[],
  now: number,
): Promise<DiskReport> {
  const freeBytes = await freeOn(dataDir);
  const facts = { samples, maxDisk, now, freeBytes: freeBytes ?? Number.POSITIVE_INFINITY };
  const { fullInDays } = diskForecast(facts);
  return {
    freeBytes,
    usedBytes: bytes + walBytes,
    walBytes: schemaVersion === 0 ? null : walBytes,
    maxDisk,
    fullInDays: fullInDays === null || fullInDays > FAR_DAYS ? null : Math.round(fullInDays * 10) / 10,
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

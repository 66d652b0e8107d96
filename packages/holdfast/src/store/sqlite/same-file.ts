import { statSync } from 'node:fs';
import { HoldfastError } from '../../model/error.ts';

/** Which file a path named. */
export interface FileIdentity {
  readonly device: bigint;
  readonly number: bigint;
}

/** The file that a path names now; null when there is none. @throws the error of the file system */
export function identityOf(file: string): FileIdentity | null {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : { device: stats.dev, number: stats.ino };
}

/**
 * Asserts that a path still names the file that was opened: what is written into one that was moved away or
 * deleted is committed for nobody.
 * @throws HoldfastError `ERR_STORE_GONE`
 */
export function assertSameFile(file: string, opened: FileIdentity): void {
  const now = identityOf(file);
  if (now?.device === opened.device && now.number === opened.number) return;
  const what = now === null ? 'is no longer there' : 'is no longer the file that was opened';
  throw new HoldfastError(
    'ERR_STORE_GONE',
    `The store ${file} ${what}: it was moved, removed or replaced while the engine ran.`,
    {
      hint: 'Put it back and work goes on by itself. If it is gone for good, `holdfast restart` begins a new one; a backup can be restored before.',
      verdict: {
        category: 'local',
        scope: 'none',
        safeToReplay: 'yes',
        evidence: 'code',
        code: 'ERR_STORE_GONE',
      },
    },
  );
}

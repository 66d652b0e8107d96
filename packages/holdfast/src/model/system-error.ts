import type { TellableError } from './error.ts';

/** What the file system's own codes mean, as the end of a sentence (errno(3)). */
export const DISK_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not become larger',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not do that there',
  EPERM: 'this user may not do that there',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is not one',
  EEXIST: 'something else has its name',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk fails',
};

/** What a file system refused, for a person; null for any other error. */
export function tellRefusal(error: unknown): TellableError | null {
  if (!(error instanceof Error)) return null;
  const { code = '', path, syscall } = error as NodeJS.ErrnoException;
  const reason = DISK_REASONS[code];
  if (path === undefined || reason === undefined) return null;
  return {
    code,
    message: `${path} cannot be used: ${reason} (${code}${syscall === undefined ? '' : `, ${syscall}`}).`,
    hint: 'Check the folders of the configuration (`dataDir`), HOLDFAST_STATE_DIR, and whose they are.',
  };
}

import { HoldfastError } from '../../model/error.ts';

/** What a disk says when an output cannot be written, as an error for a person. */
export function outputError(path: string, error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { code = '', message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  return new HoldfastError('ERR_OUTPUT_WRITE', `${path} cannot be written: ${reasons[code] ?? message}.`, {
    hint: 'What was written before is whole. Make room or name another place, then go on.',
    cause: error,
    verdict: { category: 'local', scope: 'none', safeToReplay: 'yes', evidence: 'code' },
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file may not become larger',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is not one',
  EISDIR: 'it is a folder',
  EIO: 'the disk fails',
};

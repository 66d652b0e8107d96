import { HoldfastError } from '../../model/error.ts';
import { DISK_REASONS } from '../../model/system-error.ts';

/** What a disk says when an output cannot be written, as an error for a person. */
export function outputError(path: string, error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { code = '', message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  return new HoldfastError(
    'ERR_OUTPUT_WRITE',
    `${path} cannot be written: ${DISK_REASONS[code] ?? message}.`,
    {
      hint: 'What was written before is whole. Make room or name another place, then go on.',
      cause: error,
      verdict: { category: 'local', scope: 'none', safeToReplay: 'yes', evidence: 'code' },
    },
  );
}

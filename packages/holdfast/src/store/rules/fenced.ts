import { HoldfastError } from '../../model/error.ts';

/** The error of a commit whose lease, fence or previous cursor no longer stands. */
export function fenced(window: string, detail: string): HoldfastError {
  return new HoldfastError(
    'ERR_STORE_FENCED',
    `The right to write the window ${window} is lost: ${detail}.`,
    {
      hint: 'Drop the work in hand and claim the window again.',
    },
  );
}

/** The error of a commit for a source that was never put into the store. */
export function unknownSource(source: string): HoldfastError {
  return new HoldfastError('ERR_STORE_UNKNOWN_SOURCE', `The store knows no source named ${source}.`, {
    hint: 'Put the source into the store before its windows are worked on.',
  });
}

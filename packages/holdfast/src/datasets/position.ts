import { createHash } from 'node:crypto';
import { DatasetError } from './dataset-error.ts';
import type { FoundFile } from './files/found-file.ts';
import type { Mark } from './forms/piece.ts';

/** Where a data set was left: the file, the place in it, and what tells that both are still the same. */
export interface Position extends Mark {
  readonly index: number;
  readonly name: string;
  /** Fingerprint of the file up to the offset, or of all of it. */
  readonly print: string;
  /** Fingerprint of the names and sizes of the files before it. */
  readonly before: string;
}

/** As opaque text. */
export function writePosition(position: Position): string {
  return JSON.stringify(position);
}

/** @throws DatasetError `ERR_DATASET_CHANGED` when it is no position of a data set */
export function readPosition(text: string): Position {
  try {
    const value = JSON.parse(text) as Partial<Position>;
    const { index, name, offset, count, print, before } = value;
    if (
      typeof index === 'number' &&
      typeof name === 'string' &&
      typeof offset === 'number' &&
      typeof count === 'number' &&
      typeof print === 'string' &&
      typeof before === 'string'
    ) {
      return { index, name, offset, count, print, before };
    }
  } catch {
    // Said below.
  }
  throw new DatasetError(
    'ERR_DATASET_CHANGED',
    'The position is not one that this data set gave.',
    'Begin again from the start.',
  );
}

/** Fingerprint of files by their names and sizes. */
export function printOf(files: readonly FoundFile[]): string {
  const hash = createHash('sha256');
  for (const { name, size } of files) hash.update(`${name}\0${size}\0`);
  return hash.digest('base64url').slice(0, 22);
}

/** The error of a data set that is not that of the position. */
export function changed(name: string): DatasetError {
  return new DatasetError(
    'ERR_DATASET_CHANGED',
    `What was read already is not there any more: ${name} or a file before it was changed.`,
    'Begin again from the start; what is known already is not stored twice.',
  );
}

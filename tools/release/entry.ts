/** A file of an archive. */
export interface Entry {
  /** Relative to the archive, with `/`. */
  readonly path: string;
  readonly data: Buffer;
  readonly executable: boolean;
}

/** A file that is not to be run. */
export function plain(path: string, data: Buffer | string): Entry {
  return { path, data: Buffer.from(data), executable: false };
}

/** A file that can be run. */
export function program(path: string, data: Buffer | string): Entry {
  return { path, data: Buffer.from(data), executable: true };
}

/** Entries in an order that depends on their names alone, whatever the machine's language. */
export function sorted(entries: readonly Entry[]): readonly Entry[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

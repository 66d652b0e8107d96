/** The log that a store may have without a reader that holds it back, bytes. */
export const LOG_BOUND = 64 * 1024 * 1024;
/** A small budget gives the log this part of itself. */
const LOG_PART = 1 / 8;

/** How a budget for the disk is shared, bytes. */
export interface DiskShare {
  /** What the file may grow to. */
  readonly file: number;
  /** What is left for the log: a half for what stands in it, a half for the next transaction. */
  readonly log: number;
}

/** The shares of a budget, so that file and log stay within it together. */
export function diskShare(maxBytes: number): DiskShare {
  const log = Math.min(LOG_BOUND, Math.floor(maxBytes * LOG_PART));
  return { file: maxBytes - log, log };
}

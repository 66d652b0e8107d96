/** Heartbeats in a row that must tell of too much memory: a single peak is not a leak. */
const IN_A_ROW = 5;

/** How many heartbeats in a row told of more memory than allowed. */
export interface MemoryWatch {
  readonly above: number;
}

/** Nothing was told yet. */
export const MEMORY_UNSEEN: MemoryWatch = { above: 0 };

/** What follows from a heartbeat; `rss` and `bound` in bytes, no bound = null. */
export function afterHeartbeat(
  watch: MemoryWatch,
  rss: number | undefined,
  bound: number | null,
): MemoryWatch {
  return { above: bound !== null && rss !== undefined && rss > bound ? watch.above + 1 : 0 };
}

/** Whether the child is to be ended and started anew. */
export function isTooLarge({ above }: MemoryWatch): boolean {
  return above >= IN_A_ROW;
}

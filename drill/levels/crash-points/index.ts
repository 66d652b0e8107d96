import type { Fault } from '../../fault.ts';

/** Rows of the level `crash-points`. */
export const crashPointRows: readonly Fault[] = [];

import type { Fault } from '../../fault.ts';

/** Rows of the level `storm`. */
export const stormRows: readonly Fault[] = [];

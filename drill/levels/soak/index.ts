import type { Fault } from '../../fault.ts';

/** Rows of the level `soak`. */
export const soakRows: readonly Fault[] = [];

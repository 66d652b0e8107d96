import type { Fault } from '../../fault.ts';

/** Rows of the level `power`. */
export const powerRows: readonly Fault[] = [];

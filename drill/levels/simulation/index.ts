import type { Fault } from '../../fault.ts';

/** Rows of the level `simulation`. */
export const simulationRows: readonly Fault[] = [];

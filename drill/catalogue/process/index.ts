import type { Fault } from '../../fault.ts';

/** Faults of the layer `process`. */
export const processFaults: readonly Fault[] = [];

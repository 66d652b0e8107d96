import type { Fault } from '../../fault.ts';

/** Faults of the layer `alerts`. */
export const alertsFaults: readonly Fault[] = [];

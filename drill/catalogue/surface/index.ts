import type { Fault } from '../../fault.ts';

/** Faults of the layer `surface`. */
export const surfaceFaults: readonly Fault[] = [];

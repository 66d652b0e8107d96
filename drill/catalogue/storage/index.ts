import type { Fault } from '../../fault.ts';

/** Faults of the layer `storage`. */
export const storageFaults: readonly Fault[] = [];

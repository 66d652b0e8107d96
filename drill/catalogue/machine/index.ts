import type { Fault } from '../../fault.ts';

/** Faults of the layer `machine`. */
export const machineFaults: readonly Fault[] = [];

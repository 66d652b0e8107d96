import type { Fault } from '../../fault.ts';

/** Faults of the layer `network`. */
export const networkFaults: readonly Fault[] = [];

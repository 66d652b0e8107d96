import type { Fault } from '../../fault.ts';

/** Faults of what the upstream says. */
export const protocolFaults: readonly Fault[] = [];

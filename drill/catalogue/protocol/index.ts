import { faultsOf } from '../../matrix/fault-of.ts';
import { allRows } from '../../matrix/rows/index.ts';
import type { Fault } from '../../fault.ts';

/** Faults of what the upstream says, and of the way to it as the simulated upstream plays them. */
export const protocolFaults: readonly Fault[] = faultsOf(allRows());

import type { Fault } from '../../fault.ts';
import { lyingFsync } from './lying-fsync.ts';
import { powerCuts } from './power-cuts.ts';

/** Power cuts of a loop-mounted disk under a running harvest, in the order in which they are played. */
export const powerRows: readonly Fault[] = [powerCuts, lyingFsync];

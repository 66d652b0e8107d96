import type { Fault } from '../../fault.ts';
import { simulationBySeed } from './by-seed.ts';

/** Rows of the level `simulation`. */
export const simulationRows: readonly Fault[] = [simulationBySeed];

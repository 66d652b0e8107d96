import type { Fault } from '../../fault.ts';
import { importKills } from './import-kills.ts';
import { randomKills } from './random-kills.ts';
import { sweeps } from './sweeps.ts';

/** Rows of the level `crash-points`. */
export const crashPointRows: readonly Fault[] = [randomKills, ...sweeps, importKills];

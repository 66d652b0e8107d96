import type { Fault } from '../../fault.ts';
import { importKills } from './import-kills.ts';
import { ioErrors } from './io-errors.ts';
import { randomKills } from './random-kills.ts';
import { systemCallSweep } from './system-call-sweep.ts';

/** Rows of the level `crash-points`. */
export const crashPointRows: readonly Fault[] = [randomKills, systemCallSweep, ioErrors, importKills];

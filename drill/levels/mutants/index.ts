import type { Fault } from '../../fault.ts';

/** Rows of the level `mutants`. */
export const mutantRows: readonly Fault[] = [];

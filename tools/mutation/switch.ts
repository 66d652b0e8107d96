/** Name of the global function that the instrumented text asks whether a mutant is active. */
export const SWITCH = '__holdfastMutant';

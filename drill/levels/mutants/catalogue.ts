import { alertMutants } from './alert-mutants.ts';
import { deepMutants } from './deep-mutants.ts';
import { mannersMutants } from './manners-mutants.ts';
import type { Mutant } from './mutant.ts';
import { storeMutants } from './store-mutants.ts';
import { supervisionMutants } from './supervision-mutants.ts';
import { walkMutants } from './walk-mutants.ts';
import { wordMutants } from './word-mutants.ts';

/** Every mutant, in the order in which they are played. */
export const mutants: readonly Mutant[] = [
  ...walkMutants,
  ...mannersMutants,
  ...storeMutants,
  ...wordMutants,
  ...supervisionMutants,
  ...alertMutants,
  ...deepMutants,
];

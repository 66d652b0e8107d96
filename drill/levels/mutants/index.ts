import type { Fault } from '../../fault.ts';
import { playMutants } from './play-mutants.ts';

/** Rows of the level `mutants`. */
export const mutantRows: readonly Fault[] = [
  {
    name: 'mutants',
    layer: 'mutants',
    about:
      'Deliberate mistakes in a copy of the built product, one at a time: at quick size four of them, by the seed.',
    holds: 'The drill sees every one of them, and the same copy without a mistake passes the same rows.',
    quick: false,
    alone: true,
    limitMs: 3_600_000,
    play: playMutants,
  },
];

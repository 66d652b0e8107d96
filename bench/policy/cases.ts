import type { Case } from './case.ts';
import { cockatiel } from './cases/cockatiel.ts';
import { hand } from './cases/hand.ts';
import { others } from './cases/others.ts';
import { ours } from './cases/ours.ts';

/** All rows, in the order in which they are printed. */
export const cases: readonly Case[] = [...hand, ...ours, ...cockatiel, ...others];

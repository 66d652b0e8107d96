import type { Fault } from '../../fault.ts';
import { answerFaults } from './answers.ts';
import { doorFaults } from './doors.ts';
import { nameFaults } from './names.ts';
import { networkOffAndOn } from './off-and-on.ts';
import { tlsFaults } from './tls.ts';
import { toxicFaults } from './toxics.ts';

/** Faults of the layer `network`. */
export const networkFaults: readonly Fault[] = [
  networkOffAndOn,
  ...doorFaults,
  ...toxicFaults,
  ...answerFaults,
  ...tlsFaults,
  ...nameFaults,
];

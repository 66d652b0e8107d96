import type { Fault } from '../../fault.ts';
import { clientFaults } from './clients.ts';
import { commandFaults } from './commands.ts';
import { exportFaults } from './exports.ts';
import { requestFaults } from './requests.ts';
import { titleFaults } from './titles.ts';

/** Faults of the layer `surface`. */
export const surfaceFaults: readonly Fault[] = [
  ...clientFaults,
  ...requestFaults,
  ...commandFaults,
  ...exportFaults,
  ...titleFaults,
];

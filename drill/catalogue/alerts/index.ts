import type { Fault } from '../../fault.ts';
import { deadManFaults } from './dead-man.ts';
import { fullDiskFaults } from './full-disk.ts';
import { receiverFaults } from './receivers.ts';
import { wordFaults } from './words.ts';

/** Faults of the layer `alerts`. */
export const alertsFaults: readonly Fault[] = [
  ...receiverFaults,
  ...wordFaults,
  ...deadManFaults,
  ...fullDiskFaults,
];

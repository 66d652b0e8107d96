import type { Fault } from '../../fault.ts';
import { callFaults } from './calls.ts';
import { damageFaults } from './damage.ts';
import { lockFaults } from './locks.ts';
import { lostFileFaults } from './lost-files.ts';
import { roomFaults } from './room.ts';
import { stateFileFaults } from './state-files.ts';

/** Disk full, damage, locks, lost files: in the order in which they are played. */
export const storageFaults: readonly Fault[] = [
  ...roomFaults,
  ...callFaults,
  ...lockFaults,
  ...damageFaults,
  ...lostFileFaults,
  ...stateFileFaults,
];

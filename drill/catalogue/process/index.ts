import type { Fault } from '../../fault.ts';
import { killedFaults } from './killed.ts';
import { misbehavingFaults } from './misbehaving.ts';
import { rapidFaults } from './rapid.ts';
import { rebootFaults } from './reboot.ts';
import { refusedFaults } from './refused.ts';
import { signalFaults } from './signals.ts';
import { spawningFaults } from './spawning.ts';
import { stoppedFaults } from './stopped.ts';
import { systemdFault } from './systemd.ts';

/** Faults of the layer `process`. */
export const processFaults: readonly Fault[] = [
  ...killedFaults,
  ...rebootFaults,
  ...rapidFaults,
  ...misbehavingFaults,
  ...stoppedFaults,
  ...signalFaults,
  ...refusedFaults,
  ...spawningFaults,
  systemdFault,
];

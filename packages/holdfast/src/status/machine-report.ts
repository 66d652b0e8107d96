import type { KeptAwake, MachineStatus } from '../model/machine-status.ts';
import { isoOf, isoOrNull } from './instant.ts';

/** What the running engine says of the machine, as it is shown: offline and asleep are ours, not the sources'. */
export interface MachineReport {
  readonly network: MachineStatus['network'];
  readonly networkSince: string | null;
  /** What was really acquired to keep the machine awake; null when nothing is to be. */
  readonly awake: KeptAwake | null;
  readonly lastSleep: { readonly endedAt: string; readonly seconds: number } | null;
  readonly lastClockStep: { readonly at: string; readonly seconds: number } | null;
}

/** The engine's words with instants as text. */
export function machineReport(status: MachineStatus): MachineReport {
  const { lastSleep, lastClockStep } = status;
  return {
    network: status.network,
    networkSince: isoOrNull(status.networkSince),
    awake: status.keptAwake,
    lastSleep: lastSleep && { endedAt: isoOf(lastSleep.endedAt), seconds: lastSleep.ms / 1000 },
    lastClockStep: lastClockStep && { at: isoOf(lastClockStep.at), seconds: lastClockStep.ms / 1000 },
  };
}

export type { MachineSignal, MachineSignals } from '../../events/machine-signals.ts';

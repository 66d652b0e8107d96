/** What a source of events said about the machine, as events, incidents and the timeline are told. */
export type MachineChange =
  /** The machine slept, or this process was stopped, and goes on now. */
  | 'woke'
  | 'paused'
  | 'clock-step'
  | 'network-up'
  | 'network-down'
  | 'network-changed'
  /** The system announced that it is about to sleep. */
  | 'falling-asleep';

/** What the running engine knows of its machine: part of its answer to `status`. Instants are wall ms. */
export interface MachineStatus {
  /** `down`: no interface has an address that leads anywhere. */
  readonly network: 'up' | 'down';
  readonly networkSince: number | null;
  readonly lastSleep: { readonly endedAt: number; readonly ms: number } | null;
  readonly lastClockStep: { readonly at: number; readonly ms: number } | null;
  /** What was really acquired to keep the machine awake; null when nothing is to be. */
  readonly keptAwake: KeptAwake | null;
}

/** How far the machine is kept from falling asleep by itself. */
export interface KeptAwake {
  readonly state: 'prevented' | 'partly' | 'not';
  /** A sentence for a person. */
  readonly says: string;
}

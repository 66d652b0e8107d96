import type { Clock } from '@holdfast/resilience/clock';
import { formatDuration } from '@holdfast/resilience/clock';
import type { EngineEvent } from '../model/event.ts';
import type { KeptAwake, MachineChange, MachineStatus } from '../model/machine-status.ts';

type MachineEvent = Extract<EngineEvent, { kind: 'machine' }>;

/** What happened to the machine, summed up since the engine began. */
export interface MachineTotals {
  readonly sleptMs: number;
  readonly pausedMs: number;
  readonly clockSteps: number;
  readonly lastClockStepMs: number;
  readonly networkChanges: number;
}

/** What the engine knows of its machine: its last sleep, steps of its clock, and how often its network changed. */
export class MachineState {
  readonly #clock: Clock;
  readonly #emit: (event: MachineEvent) => void;
  #totals: MachineTotals = { sleptMs: 0, pausedMs: 0, clockSteps: 0, lastClockStepMs: 0, networkChanges: 0 };
  #lastSleep: MachineStatus['lastSleep'] = null;
  #lastClockStep: MachineStatus['lastClockStep'] = null;
  /** What keeps the machine awake; null = nothing is to. */
  keptAwake: KeptAwake | null = null;

  constructor(clock: Clock, emit: (event: MachineEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  get totals(): MachineTotals {
    return this.#totals;
  }

  status(network: Pick<MachineStatus, 'network' | 'networkSince'>): MachineStatus {
    const { keptAwake } = this;
    return { ...network, lastSleep: this.#lastSleep, lastClockStep: this.#lastClockStep, keptAwake };
  }

  /** Sums it up and tells everybody. `ms`: how long, or how far with its sign; null = not known. */
  note(change: MachineChange, ms: number | null = null): void {
    const at = this.#clock.now();
    // Clocks tell fractions; instants that are reckoned with it are stored as whole ms.
    const length = Math.round(ms ?? 0);
    const totals = this.#totals;
    if (change === 'woke') {
      this.#totals = { ...totals, sleptMs: totals.sleptMs + length };
      this.#lastSleep = { endedAt: at, ms: length };
    } else if (change === 'paused') this.#totals = { ...totals, pausedMs: totals.pausedMs + length };
    else if (change === 'clock-step') {
      this.#totals = { ...totals, clockSteps: totals.clockSteps + 1, lastClockStepMs: length };
      this.#lastClockStep = { at, ms: length };
    } else if (change !== 'falling-asleep')
      this.#totals = { ...totals, networkChanges: totals.networkChanges + 1 };
    this.#emit({
      kind: 'machine',
      at,
      change,
      ms: ms === null ? null : length,
      message: sentence(change, length),
    });
  }
}

function sentence(change: MachineChange, ms: number): string {
  switch (change) {
    case 'woke':
      return `The machine slept for ${formatDuration(ms)}; everything that waited is tried again.`;
    case 'paused':
      return `This process was stopped for ${formatDuration(ms)}; everything that waited is tried again.`;
    case 'clock-step':
      return `The clock was set ${ms < 0 ? 'back' : 'forward'} by ${formatDuration(Math.abs(ms))}; no wait depends on it.`;
    case 'network-up':
      return 'The network is back; everything that waited is tried again.';
    case 'network-down':
      return 'This machine has no network; requests wait until it is back.';
    case 'network-changed':
      return 'The network has changed; connections are made anew.';
    case 'falling-asleep':
      return 'The machine is about to sleep; what was committed is on the disk.';
  }
}

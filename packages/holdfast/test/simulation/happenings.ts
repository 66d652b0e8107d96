import type { Random, VirtualClock } from '@holdfast/resilience/clock';
import type { Engine } from '../../src/engine/engine.ts';

/** What happens to the machine, or is done by a person, while it harvests. */
export type Happening =
  /** The machine sleeps; its timers stand still, as on Linux, or fire late, as elsewhere. */
  | { readonly type: 'suspend'; readonly ms: number; readonly timersGoOn: boolean }
  /** The process is stopped. */
  | { readonly type: 'stop'; readonly ms: number }
  /** The wall clock is set. */
  | { readonly type: 'clock-step'; readonly ms: number }
  /** The network goes, and comes back after so many timers. */
  | { readonly type: 'network'; readonly timers: number }
  /** Our own disk refuses so many writes. */
  | { readonly type: 'disk'; readonly writes: number }
  /** A person pauses the source: the run ends, and the next one is resumed. */
  | { readonly type: 'pause' };

/** A happening and the timer, counted over all lives, at which it happens. */
export interface Planned {
  readonly at: number;
  readonly what: Happening;
}

/** Whether the machine has a network. */
export interface Cable {
  plugged: boolean;
}

/** How many writes the disk is still to refuse. */
export interface Disk {
  refusals: number;
}

/** What things happen to. */
export interface Machine {
  readonly clock: VirtualClock;
  readonly cable: Cable;
  readonly disk: Disk;
}

/** What a full disk says. */
export class DiskError extends Error {
  readonly code = 'ENOSPC';
}

const HOUR = 3_600_000;
const ADDRESSES = ['eth0 192.0.2.2'];

/** Draws what happens within so many timers of one history; in most, nothing. */
export function drawHappenings(timers: number, random: Random): readonly Planned[] {
  if (random.next() < 0.6) return [];
  const count = 1 + Math.floor(random.next() * 3);
  return Array.from({ length: count }, () => ({
    at: 5 + Math.floor(random.next() * timers),
    what: draw(random),
  }));
}

function draw(random: Random): Happening {
  const ms = 1_000 + Math.floor(random.next() ** 3 * 30 * HOUR);
  switch (Math.floor(random.next() * 7)) {
    case 0:
      return { type: 'suspend', ms, timersGoOn: random.next() < 0.5 };
    case 1:
      return { type: 'stop', ms: Math.min(ms, HOUR) };
    case 2:
      return { type: 'clock-step', ms: 2 * HOUR };
    case 3:
      return { type: 'clock-step', ms: -2 * HOUR };
    case 4:
      return { type: 'network', timers: 1 + Math.floor(random.next() * 20) };
    case 5:
      return { type: 'disk', writes: 1 + Math.floor(random.next() * 6) };
    default:
      return { type: 'pause' };
  }
}

/** Lets it happen to the machine and tells the engine of it, as its watch over the machine would. */
export async function happen(
  what: Happening,
  engine: Engine,
  { clock, cable, disk }: Machine,
): Promise<void> {
  switch (what.type) {
    case 'suspend':
      await clock.suspend(what.ms, { monotonic: what.timersGoOn });
      return engine.woke({ sleptMs: what.ms });
    case 'stop':
      await clock.suspend(what.ms, { monotonic: true });
      return engine.woke({ sleptMs: what.ms, cause: 'pause' });
    case 'clock-step':
      clock.stepWall(what.ms);
      return engine.clockStepped(what.ms);
    case 'network':
      cable.plugged = false;
      return engine.networkChanged({ type: 'down', addresses: [] });
    case 'disk':
      disk.refusals += what.writes;
      return;
    case 'pause':
      // It may die in the middle of it, and whoever pauses it is told when the disk does not take it.
      engine.pause().catch((error: unknown) => {
        if (!(error instanceof DiskError)) throw error;
      });
  }
}

/** The network is back. */
export function plugIn(engine: Engine, cable: Cable): void {
  cable.plugged = true;
  engine.networkChanged({ type: 'up', addresses: ADDRESSES });
}

/** The addresses of the machine now. */
export function addressesOf({ plugged }: Cable): readonly string[] {
  return plugged ? ADDRESSES : [];
}
